/* A second reading of certificate paths, by BearSSL's X.509 engine (FOOTPRINT 3.6). */
#ifndef PLOMB_PATH_ENGINE_H
#define PLOMB_PATH_ENGINE_H

#include "cert.h"

/*
 * For plomb_crypto's path_engine. path is the leaf, then its issuers, with
 * the anchor last; it is for code signing and obeys every rule of path.c at
 * this time. PLOMB_OK: its signatures verify, and the engine finds nothing
 * else; PLOMB_CERT_…: it does, and the path is refused; PLOMB_UNSET: it cannot
 * tell, as its algorithms or extensions are none that it knows. PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_path_engine(plomb_ctx *ctx, const plomb_cert *const *path, size_t depth,
	const plomb_time *time);

#endif
