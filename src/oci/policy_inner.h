/* What policy.c, policy_scope.c and policy_identity.c share. */
#ifndef PLOMB_POLICY_INNER_H
#define PLOMB_POLICY_INNER_H

#include "policy.h"

/* Join views in work. PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_policy_join(plomb_work *work, const plomb_view *part, size_t count, plomb_view *text);

/* An image that is named without tag and digest is the one with the tag "latest": so it would be pulled. */
plomb_image_name plomb_image_name_asked(const plomb_image_name *image);

/*
 * A host, or a host and components below it, written as it is written in
 * the name of an image that is written out: PLOMB_OK,
 * PLOMB_REFERENCE_INVALID, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_policy_prefix_check(plomb_work *work, plomb_view prefix);

/* policy_scope.c: what the scopes of a transport are made of. */
typedef enum {
	PLOMB_SCOPES_UNKNOWN = 0, /* no transport has this name */
	PLOMB_SCOPES_NONE,        /* only the one that is empty */
	PLOMB_SCOPES_ANY,         /* of a transport that is no more */
	PLOMB_SCOPES_PATH,
	PLOMB_SCOPES_REGISTRY,
	PLOMB_SCOPES_ATOMIC,
	PLOMB_SCOPES_STORAGE
} plomb_policy_scopes;

plomb_policy_scopes plomb_policy_scopes_of(plomb_view transport);

/* Such a transport can have this scope: PLOMB_OK, PLOMB_REFERENCE_INVALID, PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_policy_scope_check(plomb_work *work, plomb_policy_scopes scopes, plomb_view scope);

/*
 * The key of the image's most specific scope among the members of scopes,
 * PLOMB_JSON_NONE if it has none. is_evaded: no scope is for the registry as
 * the name writes it, and the one that was found is for the registry in its
 * usual spelling. PLOMB_OK, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_policy_scope_find(plomb_work *work, const plomb_json *doc, uint32_t scopes,
	const plomb_image_name *image, uint32_t *key, int *is_evaded);

#endif
