#include "remote.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../port/file.h"
#include "../../port/home.h"
#include "timeout.h"

/* What all answers about one image may take; attestations are counted in it. */
#define MOST_MEMORY (512u << 20)
#define MAX_HELPER_OUTPUT 65536

/* ------------------------------------------------------------------- logins */

static void
wipe(void *bytes, size_t n)
{
	volatile unsigned char *p;

	for (p = bytes; n != 0; n --) {
		*p = 0;
		p ++;
	}
}

/* DIR/NAME of a variable, if that is set and the file is there; else *path stays. Found already: nothing. */
static plomb_status
file_below(const char *folder, const char *name, char **path)
{
	plomb_text text;
	plomb_status s;

	if (*path != NULL || folder == NULL || folder[0] == 0) {
		return PLOMB_OK;
	}
	plomb_text_init(&text);
	plomb_text_str(&text, folder);
	plomb_text_str(&text, "/");
	plomb_text_str(&text, name);
	s = text.failed ? PLOMB_NO_ROOM : PLOMB_OK;
	if (s == PLOMB_OK && plomb_file_exists(plomb_text_cstr(&text))) {
		*path = plomb_copy_view(plomb_text_as_view(&text));
		s = *path == NULL ? PLOMB_NO_ROOM : PLOMB_OK;
	}
	plomb_text_free(&text);
	return s;
}

/* Where podman logs in until the machine is switched off: below XDG_RUNTIME_DIR, else below /run. */
static plomb_status
find_runtime_config(char **path)
{
	const char *folder;
	plomb_text text;
	plomb_status s;

	folder = getenv("XDG_RUNTIME_DIR");
	if (folder != NULL && folder[0] != 0) {
		return file_below(folder, "containers/auth.json", path);
	}
	plomb_text_init(&text);
	plomb_text_str(&text, "/run/containers/");
	plomb_text_decimal(&text, (int64_t)plomb_user_number());
	s = text.failed ? PLOMB_NO_ROOM : file_below(plomb_text_cstr(&text), "auth.json", path);
	plomb_text_free(&text);
	return s;
}

/* Docker's file, else containers'; NULL if there is none. Freed by the caller. PLOMB_NO_ROOM is not "none". */
static plomb_status
find_config(char **path)
{
	char home[PLOMB_MAX_PATH];
	const char *named, *folder;
	plomb_status s;

	*path = NULL;
	folder = plomb_home(home, sizeof home) ? home : NULL;
	named = getenv("DOCKER_CONFIG");
	s = named != NULL && named[0] != 0 ? file_below(named, "config.json", path) : file_below(folder, ".docker/config.json", path);
	if (s != PLOMB_OK || *path != NULL) {
		return s;
	}
	named = getenv("REGISTRY_AUTH_FILE");
	if (named != NULL && named[0] != 0) {
		*path = plomb_copy_view(plomb_view_of_arg(named));
		return *path == NULL ? PLOMB_NO_ROOM : PLOMB_OK;
	}
	if ((s = find_runtime_config(path)) != PLOMB_OK
		|| (s = file_below(getenv("XDG_CONFIG_HOME"), "containers/auth.json", path)) != PLOMB_OK)
	{
		return s;
	}
	return file_below(folder, ".config/containers/auth.json", path);
}

static plomb_status
read_config(plomb_remote *remote)
{
	plomb_status s;
	char *path;

	if (remote->is_config_read) {
		return PLOMB_OK;
	}
	s = find_config(&path);
	if (s != PLOMB_OK) {
		return plomb_fail_status(remote->asking->fault, s, NULL);
	}
	s = path == NULL ? PLOMB_OK : plomb_read_config(&remote->config, path, PLOMB_MAX_DOCKER_CONFIG, remote->asking->fault);
	free(path);
	if (s != PLOMB_OK) {
		return s;
	}
	/* A member of the file is at most a token; what is unescaped or decoded is no longer than the file. */
	remote->room_size = (128u << 10) + 32 * remote->config.n;
	remote->room = malloc(remote->room_size);
	if (remote->room == NULL) {
		plomb_bytes_free(&remote->config);
		return plomb_fail_status(remote->asking->fault, PLOMB_NO_ROOM, NULL);
	}
	remote->is_config_read = 1;
	return PLOMB_OK;
}

static plomb_status
helper_fault(plomb_remote *remote, const char *program, const char *why)
{
	return plomb_fail(remote->asking->fault, PLOMB_CONFIG_INVALID, program, ": ", why, (const char *)NULL);
}

/*
 * As long as it may take, but not until our own time is over: whoever waits
 * for all that we have started would wait for it then.
 */
static plomb_helper
helper_in_time(const plomb_remote *remote)
{
	plomb_helper helper;
	uint32_t left;

	helper = remote->helper;
	left = plomb_timeout_left();
	left -= left / 8;
	if (left < helper.most_ms) {
		helper.most_ms = left;
	}
	return helper;
}

static plomb_status
ask_helper(plomb_remote *remote, plomb_work *work, const plomb_docker_entry *entry, plomb_login *login)
{
	plomb_helper helper;
	plomb_text program;
	unsigned char *out;
	plomb_view text;
	plomb_status s;
	int exit_status;
	size_t got;

	out = plomb_work_take(work, MAX_HELPER_OUTPUT);
	plomb_text_init(&program);
	plomb_text_str(&program, "docker-credential-");
	plomb_text_view(&program, entry->helper);
	if (out == NULL || program.failed) {
		plomb_text_free(&program);
		return plomb_fail_status(remote->asking->fault, PLOMB_NO_ROOM, NULL);
	}
	helper = helper_in_time(remote);
	s = helper.run(&helper, plomb_text_cstr(&program), entry->server,
		out, MAX_HELPER_OUTPUT, &got, &exit_status);
	if (s == PLOMB_TIMEOUT && helper.most_ms < remote->helper.most_ms) {
		s = plomb_fail(remote->asking->fault, s, plomb_text_cstr(&program), ": does not end before the deadline", (const char *)NULL);
	} else if (s != PLOMB_OK) {
		s = helper_fault(remote, plomb_text_cstr(&program), s == PLOMB_UNSET ? "there is no such program"
			: s == PLOMB_TIMEOUT ? "does not end" : s == PLOMB_LIMIT_EXCEEDED ? "says too much" : "cannot be run");
	} else {
		text.p = out;
		text.n = got;
		s = plomb_docker_helper_read(work, text, exit_status, login);
		if (s != PLOMB_OK) {
			s = helper_fault(remote, plomb_text_cstr(&program), "does not tell a user name and a secret");
		}
	}
	plomb_text_free(&program);
	return s;
}

static int
is_empty(const plomb_login *login)
{
	return login->username.n == 0 && login->identity_token.n == 0 && login->registry_token.n == 0;
}

/* A plomb_login_fn: flags, then a helper, then docker's file. */
static plomb_status
find_login(void *user, plomb_view registry, plomb_view repository, plomb_login *login)
{
	plomb_remote *remote;
	plomb_docker_entry entry;
	plomb_work work;
	plomb_status s;

	remote = user;
	*login = remote->given;
	if (!is_empty(login)) {
		return PLOMB_OK;
	}
	if ((s = read_config(remote)) != PLOMB_OK || remote->config.p == NULL) {
		return s;
	}
	plomb_work_init(&work, remote->room, remote->room_size);
	s = plomb_docker_config_find(&work, plomb_bytes_view(&remote->config), registry, repository, &entry);
	if (s != PLOMB_OK) {
		return plomb_fail(remote->asking->fault, s, "docker's configuration is not readable, or its login for this registry is not",
			(const char *)NULL);
	}
	if (entry.helper.n != 0) {
		s = ask_helper(remote, &work, &entry, login);
		if (s != PLOMB_OK || !is_empty(login)) {
			return s;
		}
	}
	*login = entry.login;
	return PLOMB_OK;
}

/* ------------------------------------------------------------------- options */

static plomb_view
secret_of(const plomb_args *args, plomb_option option)
{
	plomb_view none = { NULL, 0 };
	const char *value;

	value = plomb_args_text(args, option);
	return value == NULL ? none : plomb_view_of_arg(value);
}

static plomb_status
read_given(plomb_remote *remote, const plomb_args *args, plomb_fault *fault)
{
	remote->given.username = secret_of(args, PLOMB_OPTION_REGISTRY_USERNAME);
	remote->given.password = secret_of(args, PLOMB_OPTION_REGISTRY_PASSWORD);
	remote->given.registry_token = secret_of(args, PLOMB_OPTION_REGISTRY_TOKEN);
	if ((remote->given.username.n == 0) != (remote->given.password.n == 0)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--registry-username and --registry-password go together", (const char *)NULL);
	}
	if (remote->given.username.n != 0 && remote->given.registry_token.n != 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--registry-token is instead of --registry-username", (const char *)NULL);
	}
	return PLOMB_OK;
}

/*
 * An option, else the variable that stands for it where somebody else writes
 * the command line. Neither of those that have one weakens a check: what is
 * fetched from wherever is held against digests and signatures.
 */
static plomb_status
option_or_variable(const plomb_args *args, plomb_option option, const char *variable, const char **name, const char **value, plomb_fault *fault)
{
	*name = variable;
	*value = plomb_args_text(args, option);
	if (*value == NULL) {
		return plomb_variable(variable, value, fault);
	}
	*name = option == PLOMB_OPTION_REGISTRY_CACERT ? "--registry-cacert" : "--registry-mirror";
	return PLOMB_OK;
}

/* A host that a reference could begin with. name is where it was given. */
static plomb_status
check_mirror(const char *name, const char *mirror, plomb_fault *fault)
{
	plomb_reference reference;
	plomb_text text;
	int is_good;

	if (mirror == NULL) {
		return PLOMB_OK;
	}
	plomb_text_init(&text);
	plomb_text_str(&text, mirror);
	plomb_text_str(&text, "/name");
	is_good = plomb_reference_parse(plomb_text_as_view(&text), &reference) == PLOMB_OK
		&& plomb_view_is(reference.registry, mirror);
	plomb_text_free(&text);
	return is_good ? PLOMB_OK : plomb_fail(fault, PLOMB_USAGE_ERROR, name, ": ", plomb_tellable(mirror),
		" is not a host[:port]", (const char *)NULL);
}

static plomb_status
read_options(plomb_remote *remote, const plomb_args *args, plomb_fault *fault)
{
	const char *value, *ca_name, *mirror_name;
	plomb_status s;

	if ((s = option_or_variable(args, PLOMB_OPTION_REGISTRY_CACERT, "PLOMB_REGISTRY_CACERT", &ca_name, &remote->tls.ca_file, fault)) != PLOMB_OK
		|| (s = option_or_variable(args, PLOMB_OPTION_REGISTRY_MIRROR, "PLOMB_REGISTRY_MIRROR", &mirror_name, &remote->mirror, fault)) != PLOMB_OK)
	{
		return s;
	}
	remote->tls.client_cert = plomb_args_text(args, PLOMB_OPTION_REGISTRY_CLIENT_CERT);
	remote->tls.client_key = plomb_args_text(args, PLOMB_OPTION_REGISTRY_CLIENT_KEY);
	remote->tls.server_name = plomb_args_text(args, PLOMB_OPTION_REGISTRY_SERVER_NAME);
	remote->tls.insecure = plomb_args_on(args, PLOMB_OPTION_ALLOW_INSECURE, 0);
	value = plomb_args_text(args, PLOMB_OPTION_TAG_PREFIX);
	remote->prefix = value == NULL ? "" : value;
	if ((s = plomb_variable("COSIGN_REPOSITORY", &remote->repository, fault)) != PLOMB_OK) {
		return s;
	}
	if ((remote->tls.client_cert == NULL) != (remote->tls.client_key == NULL)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--registry-client-cert and --registry-client-key go together", (const char *)NULL);
	}
	if (remote->tls.ca_file != NULL && !plomb_file_exists(remote->tls.ca_file)) {
		return plomb_fail(fault, PLOMB_CONFIG_INVALID, ca_name, ": there is no file ", remote->tls.ca_file, (const char *)NULL);
	}
	return check_mirror(mirror_name, remote->mirror, fault);
}

/* ------------------------------------------------------------------- sharing */

/* A question begins: one at a time, and everything that is found out on the way is about this image. */
static void
enter(void *user, plomb_store_registry *asker)
{
	plomb_remote *remote;

	remote = user;
	plomb_progress_tick(remote->progress);
	if (remote->threads != NULL) {
		remote->threads->enter(remote->threads, remote->monitor);
	}
	remote->asking = asker->owner;
}

static void
leave(void *user)
{
	plomb_remote *remote;

	remote = user;
	remote->asking = NULL;
	if (remote->threads != NULL) {
		remote->threads->leave(remote->threads, remote->monitor);
	}
	plomb_progress_tick(remote->progress);
}

/* see remote.h */
plomb_status
plomb_remote_share(plomb_remote *remote, const plomb_threads *threads)
{
	plomb_status s;

	s = threads->open(threads, &remote->monitor);
	if (s == PLOMB_OK) {
		remote->threads = threads;
	}
	return s;
}

/* see remote.h */
plomb_status
plomb_remote_open(plomb_remote *remote, const plomb_args *args, plomb_fault *fault)
{
	plomb_status s;

	memset(remote, 0, sizeof *remote);
	remote->helper = plomb_helper_posix;
	if (strcmp(plomb_http_backend, "none") == 0) {
		return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, PLOMB_WHY_REGISTRY "; use --local-image with a path", (const char *)NULL);
	}
	if ((s = read_given(remote, args, fault)) != PLOMB_OK || (s = read_options(remote, args, fault)) != PLOMB_OK) {
		return s;
	}
	remote->registry = malloc(sizeof *remote->registry);
	if (remote->registry == NULL || plomb_http_open(&remote->tls, &remote->http) != PLOMB_OK) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	plomb_registry_init(remote->registry, find_login, remote);
	remote->registry->jitter = (uint32_t)getpid();
	plomb_network_init(&remote->network, remote->http, &plomb_pause_posix, remote->registry);
	remote->network.enter = enter;
	remote->network.leave = leave;
	remote->network.user = remote;
	remote->network.allow_http = plomb_args_on(args, PLOMB_OPTION_ALLOW_HTTP, 0);
	return PLOMB_OK;
}

/* see remote.h */
void
plomb_remote_close(plomb_remote *remote)
{
	plomb_http_close(remote->http);
	if (remote->threads != NULL) {
		remote->threads->close(remote->threads, remote->monitor);
	}
	if (remote->registry != NULL) {
		plomb_registry_wipe(remote->registry);
	}
	free(remote->registry);
	if (remote->config.p != NULL) {
		wipe(remote->config.p, remote->config.n);
	}
	plomb_bytes_free(&remote->config);
	if (remote->room != NULL) {
		wipe(remote->room, remote->room_size);
	}
	free(remote->room);
	memset(remote, 0, sizeof *remote);
}

/* -------------------------------------------------------------------- images */

static void
put_name(plomb_remote_image *image, const plomb_place *place)
{
	plomb_text_init(&image->name);
	plomb_text_str(&image->name, place->authority);
	plomb_text_str(&image->name, "/");
	plomb_text_str(&image->name, place->repository);
	plomb_text_str(&image->name, image->reference.has_digest ? "@" : ":");
	if (image->reference.has_digest) {
		plomb_text_digest(&image->name, &image->reference.digest);
	} else {
		plomb_text_view(&image->name, image->reference.tag);
	}
}

/* COSIGN_REPOSITORY: signatures are elsewhere. */
static plomb_status
set_repository(plomb_remote_image *image, const plomb_remote *remote, plomb_fault *fault)
{
	plomb_reference reference;

	if (remote->repository == NULL) {
		return PLOMB_OK;
	}
	if (plomb_reference_parse(plomb_view_of_arg(remote->repository), &reference) != PLOMB_OK
		|| reference.has_digest || plomb_place_of(&reference, &image->store.signatures) != PLOMB_OK)
	{
		return plomb_fail(fault, PLOMB_CONFIG_INVALID, "COSIGN_REPOSITORY: ", plomb_tellable(remote->repository),
			" is not a repository", (const char *)NULL);
	}
	return PLOMB_OK;
}

/* see remote.h */
plomb_status
plomb_remote_image_open(plomb_remote_image *image, plomb_remote *remote, const char *argument, size_t max_fetched, plomb_fault *fault)
{
	plomb_place place;
	plomb_status s;

	memset(image, 0, sizeof *image);
	image->fault = fault;
	s = plomb_reference_parse(plomb_view_of_arg(argument), &image->reference);
	if (s == PLOMB_OK) {
		s = plomb_place_of(&image->reference, &place);
	}
	if (s != PLOMB_OK) {
		return plomb_fail_status(fault, s, plomb_tellable(argument));
	}
	put_name(image, &place);
	if (image->name.failed) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	if (remote->mirror != NULL) {
		if (strlen(remote->mirror) >= sizeof place.authority) {
			return plomb_fail_status(fault, PLOMB_REFERENCE_INVALID, remote->mirror);
		}
		memcpy(place.authority, remote->mirror, strlen(remote->mirror) + 1);
	}
	plomb_memory_heap_init(&image->heap, MOST_MEMORY);
	plomb_store_registry_init(&image->store, &remote->network, &image->heap.memory, &plomb_crypto_default, &place);
	image->store.max_fetched = max_fetched;
	image->store.owner = image;
	return set_repository(image, remote, fault);
}

/* see remote.h */
void
plomb_remote_image_free(plomb_remote_image *image)
{
	plomb_store_registry_free(&image->store);
	plomb_text_free(&image->name);
}

/* see remote.h */
void
plomb_remote_sentence(const plomb_remote_image *image, plomb_status status, plomb_text *text)
{
	if (image->fault->status == status && image->fault->message.n != 0) {
		plomb_text_str(text, plomb_text_cstr(&image->fault->message));
		return;
	}
	plomb_text_str(text, plomb_status_sentence(status));
	if (image->store.why[0] != 0) {
		plomb_text_str(text, ": ");
		plomb_text_visible(text, plomb_view_of_arg(image->store.why));
	}
}
