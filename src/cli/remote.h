/*
 * Images in registries: what a run shares (connections, tokens, passwords),
 * and one image by its reference.
 */
#ifndef PLOMB_REMOTE_H
#define PLOMB_REMOTE_H

#include "options.h"
#include "progress.h"

#include "../../port/helper.h"
#include "../../port/threads.h"
#include "../oci/docker_config.h"
#include "../oci/store_registry.h"

typedef struct plomb_remote_image plomb_remote_image;

typedef struct {
	plomb_http_tls tls;
	plomb_http *http;
	plomb_registry *registry;
	plomb_network network;
	plomb_helper helper; /* whoever has less time than the helpers' own limit says so after plomb_remote_open */
	/* From the command line and the environment. */
	plomb_login given;      /* by flags; it is for every registry of the run */
	const char *mirror;     /* host[:port] to fetch images from, or NULL */
	const char *prefix;     /* of attachment tags, never NULL */
	const char *repository; /* COSIGN_REPOSITORY, or NULL */
	/* docker's configuration, read when the first registry asks. */
	int is_config_read;
	plomb_bytes config;
	unsigned char *room; /* for what was found in it */
	size_t room_size;
	/* One question at a time; threads is NULL as long as only one thread asks. */
	const plomb_threads *threads;
	plomb_monitor *monitor;
	plomb_remote_image *asking; /* whose question it is */
	plomb_progress *progress; /* hears that time goes by; may be NULL */
} plomb_remote;

/*
 * Read the registry options and open the network. Errors have a fault.
 * Closed by the caller whatever comes back.
 */
PLOMB_MUST_CHECK plomb_status plomb_remote_open(plomb_remote *remote, const plomb_args *args, plomb_fault *fault);
/* Several threads are going to ask, each for an image of its own. PLOMB_NO_ROOM: then one has to. */
PLOMB_MUST_CHECK plomb_status plomb_remote_share(plomb_remote *remote, const plomb_threads *threads);
void plomb_remote_close(plomb_remote *remote);

struct plomb_remote_image {
	plomb_fault *fault; /* of a login that cannot be found out */
	plomb_reference reference;
	plomb_memory_heap heap;
	plomb_store_registry store;
	plomb_text name; /* in full, with registry and tag or digest */
};

/*
 * An image by its reference; nothing is fetched yet. It stays where it is,
 * and fault with it, which is also where a configuration that cannot be read
 * is told later. Freed by the caller whatever comes back.
 */
PLOMB_MUST_CHECK plomb_status plomb_remote_image_open(plomb_remote_image *image, plomb_remote *remote, const char *argument,
	size_t max_fetched, plomb_fault *fault);
void plomb_remote_image_free(plomb_remote_image *image);

/* The status as a sentence, with what is known about the registry. */
void plomb_remote_sentence(const plomb_remote_image *image, plomb_status status, plomb_text *text);

#endif
