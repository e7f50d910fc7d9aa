/* see signing_config.h */
#include "signing_config.h"

#include "../core/json.h"
#include "../core/time.h"
#include "../oci/url.h"

#define MEDIA_TYPE "application/vnd.dev.sigstore.signingconfig.v0.2+json"

/* One entry of a list, as far as the choice depends on it. */
typedef struct {
	plomb_service service;
	plomb_view operator;
	plomb_time start;
} candidate;

typedef struct {
	candidate item[PLOMB_MAX_SERVICES];
	size_t count;
} candidates;

static plomb_status
malformed(plomb_ctx *ctx, plomb_status s, const char *what)
{
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (ctx->detail != NULL) {
		ctx->detail->what = plomb_view_of(what);
	}
	return PLOMB_SIGNING_CONFIG_MALFORMED;
}

static plomb_status
unsatisfied(plomb_ctx *ctx, const char *what)
{
	if (ctx->detail != NULL) {
		ctx->detail->what = plomb_view_of(what);
	}
	return PLOMB_SIGNING_CONFIG_UNSATISFIED;
}

/* A moment of validFor; *is_there is 0 if it is not given. */
static plomb_status
read_time(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, plomb_time *time, int *is_there)
{
	plomb_view text;
	plomb_status s;

	memset(time, 0, sizeof *time);
	*is_there = value != PLOMB_JSON_NONE;
	if (!*is_there) {
		return PLOMB_OK;
	}
	s = plomb_json_string(ctx->work, doc, value, &text);
	return s == PLOMB_OK ? plomb_time_parse(text, time) : s;
}

/* Whether the entry's window is open. An absent start is no window at all (SPEC 2.2). */
static plomb_status
read_window(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, int now_known, plomb_time now, candidate *c, int *is_open)
{
	uint32_t window;
	plomb_time end;
	int has_start, has_end;
	plomb_status s;

	window = plomb_json_member(doc, object, "validFor");
	if ((s = read_time(ctx, doc, plomb_json_member(doc, window, "start"), &c->start, &has_start)) != PLOMB_OK
		|| (s = read_time(ctx, doc, plomb_json_member(doc, window, "end"), &end, &has_end)) != PLOMB_OK)
	{
		return s;
	}
	if (!has_start) {
		return PLOMB_SIGNING_CONFIG_MALFORMED;
	}
	*is_open = !now_known || (plomb_time_cmp(&c->start, &now) <= 0 && (!has_end || plomb_time_cmp(&now, &end) <= 0));
	return PLOMB_OK;
}

/* An address without the slash at its end, so that a path can stand behind it. */
static plomb_status
read_url(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_view *url)
{
	plomb_url parsed;
	plomb_status s;

	if ((s = plomb_json_string(ctx->work, doc, plomb_json_member(doc, object, "url"), url)) != PLOMB_OK) {
		return s;
	}
	if (!plomb_url_parse(*url, &parsed)) {
		return PLOMB_SIGNING_CONFIG_MALFORMED;
	}
	while (url->p[url->n - 1] == '/') {
		url->n --;
	}
	return PLOMB_OK;
}

static plomb_status
read_service(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, int now_known, plomb_time now, candidate *c, int *is_open)
{
	uint32_t operator;
	int64_t version;
	plomb_status s;

	memset(c, 0, sizeof *c);
	*is_open = 0;
	if ((s = read_url(ctx, doc, object, &c->service.url)) != PLOMB_OK
		|| (s = plomb_json_int64(doc, plomb_json_member(doc, object, "majorApiVersion"), &version)) != PLOMB_OK
		|| (s = read_window(ctx, doc, object, now_known, now, c, is_open)) != PLOMB_OK)
	{
		return s;
	}
	if (version < 0 || version > UINT16_MAX) {
		return PLOMB_SIGNING_CONFIG_MALFORMED;
	}
	c->service.version = (unsigned)version;
	operator = plomb_json_member(doc, object, "operator");
	return operator == PLOMB_JSON_NONE ? PLOMB_OK : plomb_json_string(ctx->work, doc, operator, &c->operator);
}

/* Behind those that began later, and behind those that stand before it in the file and began with it. */
static void
insert(candidates *list, const candidate *c)
{
	size_t i;

	for (i = list->count; i > 0 && plomb_time_cmp(&list->item[i - 1].start, &c->start) < 0; i --) {
		list->item[i] = list->item[i - 1];
	}
	list->item[i] = *c;
	list->count ++;
}

/* Those whose window is open and whose version is spoken here, newest first. */
static plomb_status
read_list(plomb_ctx *ctx, const plomb_json *doc, const char *name, unsigned newest, int now_known, plomb_time now, candidates *list)
{
	uint32_t array, item, seen;
	plomb_status s;

	list->count = 0;
	seen = 0;
	array = plomb_json_member(doc, 0, name);
	if (array != PLOMB_JSON_NONE && plomb_json_typeof(doc, array) != PLOMB_JSON_ARRAY) {
		return malformed(ctx, PLOMB_JSON_TYPE_MISMATCH, name);
	}
	for (item = plomb_json_first(doc, array); item != PLOMB_JSON_NONE; item = plomb_json_next(doc, item)) {
		candidate c;
		int is_open;

		if (seen == PLOMB_MAX_SERVICES) {
			return malformed(ctx, PLOMB_LIMIT_EXCEEDED, name);
		}
		seen ++;
		if ((s = read_service(ctx, doc, item, now_known, now, &c, &is_open)) != PLOMB_OK) {
			return malformed(ctx, s, name);
		}
		if (is_open && c.service.version >= 1 && c.service.version <= newest) {
			insert(list, &c);
		}
	}
	return array != PLOMB_JSON_NONE && seen != 0 && list->count == 0 ? unsatisfied(ctx, name) : PLOMB_OK;
}

static int
has_operator(const candidates *list, size_t count, plomb_view operator)
{
	size_t i;

	for (i = 0; i < count; i ++) {
		if (operator.n != 0 && plomb_view_eq(list->item[i].operator, operator)) {
			return 1;
		}
	}
	return 0;
}

/* Of the highest version alone, and of each operator the newest. */
static void
keep_best(candidates *list)
{
	unsigned best;
	size_t i, kept;

	best = 0;
	for (i = 0; i < list->count; i ++) {
		best = list->item[i].service.version > best ? list->item[i].service.version : best;
	}
	kept = 0;
	for (i = 0; i < list->count; i ++) {
		if (list->item[i].service.version == best && !has_operator(list, kept, list->item[i].operator)) {
			list->item[kept] = list->item[i];
			kept ++;
		}
	}
	list->count = kept;
}

/* How many of them the selector wants. */
static plomb_status
read_selector(plomb_ctx *ctx, const plomb_json *doc, const char *name, size_t available, size_t *wanted)
{
	uint32_t config, selector;
	int64_t count;

	*wanted = 0;
	if (available == 0) {
		return PLOMB_OK;
	}
	config = plomb_json_member(doc, 0, name);
	selector = plomb_json_member(doc, config, "selector");
	if (plomb_json_is(doc, selector, "ANY")) {
		*wanted = 1;
		return PLOMB_OK;
	}
	if (plomb_json_is(doc, selector, "ALL")) {
		*wanted = available;
		return PLOMB_OK;
	}
	if (!plomb_json_is(doc, selector, "EXACT")
		|| plomb_json_int64(doc, plomb_json_member(doc, config, "count"), &count) != PLOMB_OK || count < 1)
	{
		return malformed(ctx, PLOMB_JSON_TYPE_MISMATCH, name);
	}
	if ((uint64_t)count > available) {
		return unsatisfied(ctx, name);
	}
	*wanted = (size_t)count;
	return PLOMB_OK;
}

/* The services of a list with a selector. */
static plomb_status
choose(plomb_ctx *ctx, const plomb_json *doc, candidates *list, const char *selector, plomb_service *services, size_t *count)
{
	plomb_status s;
	size_t i;

	keep_best(list);
	if ((s = read_selector(ctx, doc, selector, list->count, count)) != PLOMB_OK) {
		*count = 0;
		return s;
	}
	for (i = 0; i < *count; i ++) {
		services[i] = list->item[i].service;
	}
	return PLOMB_OK;
}

static void
choose_first(candidates *list, plomb_service *service)
{
	keep_best(list);
	if (list->count != 0) {
		*service = list->item[0].service;
	}
}

static plomb_status
choose_all(plomb_ctx *ctx, const plomb_json *doc, int now_known, plomb_time now, candidates *list, plomb_services *services)
{
	plomb_status s;

	if ((s = read_list(ctx, doc, "caUrls", 1, now_known, now, list)) != PLOMB_OK) {
		return s;
	}
	choose_first(list, &services->ca);
	if ((s = read_list(ctx, doc, "oidcUrls", 1, now_known, now, list)) != PLOMB_OK) {
		return s;
	}
	choose_first(list, &services->oidc);
	if ((s = read_list(ctx, doc, "rekorTlogUrls", 2, now_known, now, list)) != PLOMB_OK
		|| (s = choose(ctx, doc, list, "rekorTlogConfig", services->rekor, &services->rekor_count)) != PLOMB_OK
		|| (s = read_list(ctx, doc, "tsaUrls", 1, now_known, now, list)) != PLOMB_OK)
	{
		return s;
	}
	return choose(ctx, doc, list, "tsaConfig", services->tsa, &services->tsa_count);
}

/* see signing_config.h */
plomb_status
plomb_signing_config_choose(plomb_ctx *ctx, plomb_view json, int now_known, plomb_time now, plomb_services *services)
{
	candidates *list;
	plomb_json doc;
	plomb_status s;

	memset(services, 0, sizeof *services);
	if (json.n > PLOMB_MAX_SIGNING_CONFIG) {
		return malformed(ctx, PLOMB_LIMIT_EXCEEDED, "length");
	}
	list = plomb_work_take(ctx->work, sizeof *list);
	if (list == NULL) {
		return PLOMB_NO_ROOM;
	}
	if ((s = plomb_json_parse(ctx->work, json, &doc)) != PLOMB_OK) {
		return malformed(ctx, s, "JSON");
	}
	if (!plomb_json_is(&doc, plomb_json_member(&doc, 0, "mediaType"), MEDIA_TYPE)) {
		return malformed(ctx, PLOMB_JSON_TYPE_MISMATCH, "mediaType");
	}
	if ((s = choose_all(ctx, &doc, now_known, now, list, services)) != PLOMB_OK) {
		memset(services, 0, sizeof *services);
	}
	return s;
}
