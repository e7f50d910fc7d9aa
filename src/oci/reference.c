/* see reference.h */
#include "reference.h"

/* distribution/reference counts the path alone; a host name has DNS's own limit. */
#define MAX_PATH 255
#define MAX_HOST 255
#define MAX_TAG  128

static int
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static int
is_lower_alnum(unsigned char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static int
is_alnum(unsigned char c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/* Where the byte occurs first; text.n if nowhere. */
static size_t
find(plomb_view text, unsigned char byte)
{
	size_t i = 0;

	while (i < text.n && text.p[i] != byte) {
		i ++;
	}
	return i;
}

/* The length of a separator at this place: ".", "_", "__" or dashes; 0 if there is none. */
static size_t
separator(plomb_view text, size_t at)
{
	size_t n = 0;

	if (text.p[at] == '-') {
		while (at + n < text.n && text.p[at + n] == '-') {
			n ++;
		}
		return n;
	}
	if (text.p[at] == '_') {
		return at + 1 < text.n && text.p[at + 1] == '_' ? 2 : 1;
	}
	return text.p[at] == '.' ? 1 : 0;
}

/* [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)* : ".." cannot occur. */
static int
component_ok(plomb_view text)
{
	size_t at = 0;

	for (;;) {
		size_t start = at, n;

		while (at < text.n && is_lower_alnum(text.p[at])) {
			at ++;
		}
		if (at == start) {
			return 0;
		}
		if (at == text.n) {
			return 1;
		}
		n = separator(text, at);
		if (n == 0) {
			return 0;
		}
		at += n;
	}
}

static int
path_ok(plomb_view path)
{
	if (path.n > MAX_PATH) {
		return 0;
	}
	for (;;) {
		size_t n = find(path, '/');

		if (!component_ok(plomb_view_cut(path, 0, n))) {
			return 0;
		}
		if (n == path.n) {
			return 1;
		}
		path = plomb_view_cut(path, n + 1, path.n);
	}
}

/* [A-Za-z0-9_][A-Za-z0-9_.-]{0,127} */
static int
tag_ok(plomb_view tag)
{
	size_t i;

	if (tag.n == 0 || tag.n > MAX_TAG || tag.p[0] == '.' || tag.p[0] == '-') {
		return 0;
	}
	for (i = 0; i < tag.n; i ++) {
		unsigned char c = tag.p[i];

		if (!is_alnum(c) && c != '_' && c != '.' && c != '-') {
			return 0;
		}
	}
	return 1;
}

/* 1 to 65535 without leading zeros. */
static int
port_ok(plomb_view port)
{
	uint64_t number;

	return plomb_decimal_parse(port, 65535, &number) == PLOMB_OK && number != 0;
}

/* A label of a host name: letters, digits, dashes inside. */
static int
label_ok(plomb_view label)
{
	size_t i;

	if (label.n == 0 || label.p[0] == '-' || label.p[label.n - 1] == '-') {
		return 0;
	}
	for (i = 0; i < label.n; i ++) {
		if (!is_alnum(label.p[i]) && label.p[i] != '-') {
			return 0;
		}
	}
	return 1;
}

static int
host_name_ok(plomb_view host)
{
	for (;;) {
		size_t n = find(host, '.');

		if (!label_ok(plomb_view_cut(host, 0, n))) {
			return 0;
		}
		if (n == host.n) {
			return 1;
		}
		host = plomb_view_cut(host, n + 1, host.n);
	}
}

/* What stands between the brackets: only what an address is written with. Whether it is one, the resolver says. */
static int
address_ok(plomb_view address)
{
	size_t i, colons = 0;

	if (address.n > 45) {
		return 0;
	}
	for (i = 0; i < address.n; i ++) {
		unsigned char c = address.p[i];

		if (c == ':') {
			colons ++;
		} else if (!is_digit(c) && c != '.' && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) {
			return 0;
		}
	}
	return colons >= 2;
}

static int
registry_ok(plomb_view registry)
{
	int bracket = registry.p[0] == '[';
	size_t end = find(registry, bracket ? ']' : ':');
	plomb_view host = plomb_view_cut(registry, 0, end);

	if (host.n > MAX_HOST) {
		return 0;
	}
	if (bracket) {
		if (end == registry.n || !address_ok(plomb_view_cut(host, 1, host.n))) {
			return 0;
		}
		end ++;
	} else if (!host_name_ok(host)) {
		return 0;
	}
	if (end == registry.n) {
		return 1;
	}
	return registry.p[end] == ':' && port_ok(plomb_view_cut(registry, end + 1, registry.n));
}

/* The first of several components is a registry if no repository could be called so. */
static int
names_registry(plomb_view first)
{
	return plomb_view_is(first, "localhost")
		|| find(first, '.') != first.n || find(first, ':') != first.n;
}

/* Docker Hub has two names and hides the namespace of its own images. */
static void
apply_hub(plomb_reference *reference)
{
	if (reference->registry.n == 0 || plomb_view_is(reference->registry, "docker.io")) {
		reference->registry = plomb_view_of("index.docker.io");
	}
	if (plomb_view_is(reference->registry, "index.docker.io")) {
		reference->is_library = find(reference->repository, '/') == reference->repository.n;
	}
}

/* [HOST[:PORT]/]PATH[:TAG] */
static plomb_status
parse_name(plomb_view name, plomb_reference *reference)
{
	size_t slash = find(name, '/'), colon;

	if (slash != name.n && names_registry(plomb_view_cut(name, 0, slash))) {
		reference->registry = plomb_view_cut(name, 0, slash);
		if (!registry_ok(reference->registry)) {
			return PLOMB_REFERENCE_INVALID;
		}
		name = plomb_view_cut(name, slash + 1, name.n);
	}
	colon = find(name, ':');
	reference->repository = plomb_view_cut(name, 0, colon);
	if (!path_ok(reference->repository)) {
		return PLOMB_REFERENCE_INVALID;
	}
	if (colon != name.n) {
		reference->tag = plomb_view_cut(name, colon + 1, name.n);
		if (!tag_ok(reference->tag)) {
			return PLOMB_REFERENCE_INVALID;
		}
	}
	apply_hub(reference);
	return PLOMB_OK;
}

static plomb_status
parse(plomb_view text, plomb_reference *reference)
{
	size_t at = find(text, '@');
	plomb_status s;

	reference->given = text;
	s = parse_name(plomb_view_cut(text, 0, at), reference);
	if (s != PLOMB_OK) {
		return s;
	}
	if (at == text.n) {
		if (reference->tag.n == 0) {
			reference->tag = plomb_view_of("latest");
		}
		return PLOMB_OK;
	}
	/*
	 * A second "@" is refused there: it is not a hex digit. Unvalidated
	 * digests have been pasted into paths before: CVE-2024-3727.
	 */
	s = plomb_digest_parse(plomb_view_cut(text, at + 1, text.n), &reference->digest);
	if (s != PLOMB_OK) {
		return s;
	}
	reference->has_digest = 1;
	/* The digest says which image; what the tag points to now does not matter. */
	reference->tag.p = NULL;
	reference->tag.n = 0;
	return PLOMB_OK;
}

/* see reference.h */
plomb_status
plomb_reference_parse(plomb_view text, plomb_reference *reference)
{
	plomb_status s;

	memset(reference, 0, sizeof *reference);
	s = parse(text, reference);
	if (s != PLOMB_OK) {
		/* Nothing of a refused reference may be used by accident. */
		memset(reference, 0, sizeof *reference);
		reference->given = text;
	}
	return s;
}
