/*
 * Who we are at a registry, by docker's config.json or containers' auth.json
 * (SPEC 11.4). Hosts are compared whole, never by a part of them
 * (CVE-2026-59891).
 */
#ifndef PLOMB_DOCKER_CONFIG_H
#define PLOMB_DOCKER_CONFIG_H

#include "../core/work.h"
#include "registry.h"

#define PLOMB_MAX_DOCKER_CONFIG (1u << 20)
#define PLOMB_MAX_HELPER_NAME   200

/* What the file says about a host. */
typedef struct {
	plomb_login login;  /* of auths; all absent if there is none */
	plomb_view helper;  /* NAME of docker-credential-NAME to ask first; absent if there is none */
	plomb_view server;  /* what to tell the helper */
} plomb_docker_entry;

/*
 * Find the entry of a registry (host[:port]) and repository. PLOMB_OK, also
 * with an empty entry; PLOMB_CONFIG_INVALID; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_docker_config_find(plomb_work *work, plomb_view text,
	plomb_view registry, plomb_view repository, plomb_docker_entry *entry);

/*
 * What a helper wrote: {"ServerURL","Username","Secret"}. exit_status is its
 * own. A helper that has no such entry is PLOMB_OK with an empty login;
 * PLOMB_CONFIG_INVALID; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_docker_helper_read(plomb_work *work, plomb_view text, int exit_status, plomb_login *login);

#endif
