#include "json_out.h"
#include "verdicts.h"

static const char *
check_result(plomb_status status)
{
	switch (status) {
	case PLOMB_OK:
		return "pass";
	case PLOMB_NOT_REQUIRED:
		return "not-required";
	case PLOMB_UNSET:
		return "not-reached";
	default:
		return "fail";
	}
}

/* A string, or nothing at all if the value is absent. */
static void
put_known(plomb_json_out *out, const char *key, plomb_view value)
{
	if (value.p != NULL) {
		plomb_json_pair(out, key, value);
	}
}

static void
put_digest(plomb_json_out *out, const char *key, const plomb_digest *digest)
{
	plomb_text text;

	plomb_json_key(out, key);
	if (digest->hash == PLOMB_HASH_NONE) {
		plomb_json_put_null(out);
		return;
	}
	plomb_text_init(&text);
	plomb_text_digest(&text, digest);
	plomb_json_put_string(out, plomb_text_as_view(&text));
	out->text->failed |= text.failed;
	plomb_text_free(&text);
}

static void
put_detail(plomb_json_out *out, const plomb_detail *detail)
{
	put_known(out, "what", detail->what);
	put_known(out, "want", detail->want);
	put_known(out, "got", detail->got);
}

static void
put_checks(plomb_json_out *out, const plomb_finding *finding)
{
	plomb_detail detail;
	unsigned i;

	detail = plomb_finding_detail(finding);
	plomb_json_key(out, "checks");
	plomb_json_array(out);
	for (i = 0; i < PLOMB_CHECK_COUNT; i ++) {
		const char *result;

		result = check_result(finding->check[i]);
		plomb_json_object(out);
		plomb_json_pair_str(out, "name", plomb_check_name((plomb_check)i));
		plomb_json_pair_str(out, "result", result);
		if (strcmp(result, "fail") == 0) {
			plomb_json_pair_str(out, "code", plomb_status_code(finding->check[i]));
			put_detail(out, &detail);
		}
		plomb_json_object_end(out);
	}
	plomb_json_array_end(out);
}

static void
put_times(plomb_json_out *out, const plomb_finding *finding)
{
	static const char *const sources[] = { "", "transparency-log", "timestamp-authority", "clock" };
	size_t i;

	plomb_json_key(out, "times");
	plomb_json_array(out);
	for (i = 0; i < finding->time_count; i ++) {
		plomb_text text;

		plomb_text_init(&text);
		plomb_text_time(&text, finding->times[i]);
		plomb_json_object(out);
		plomb_json_pair(out, "time", plomb_text_as_view(&text));
		plomb_json_pair_str(out, "source", sources[finding->time_sources[i] & 3]);
		plomb_json_object_end(out);
		out->text->failed |= text.failed;
		plomb_text_free(&text);
	}
	plomb_json_array_end(out);
}

static void
put_warnings(plomb_json_out *out, const plomb_finding *finding)
{
	size_t i;

	plomb_json_key(out, "warnings");
	plomb_json_array(out);
	for (i = 0; i < finding->warning_count; i ++) {
		plomb_json_put_str(out, plomb_status_code(finding->warning[i]));
	}
	plomb_json_array_end(out);
}

static void
put_finding(plomb_json_out *out, const plomb_finding *finding)
{
	plomb_detail detail;

	detail = plomb_finding_detail(finding);
	plomb_json_object(out);
	plomb_json_pair_str(out, "source", finding->origin == NULL ? "unknown" : finding->origin);
	if (finding->file != NULL) {
		plomb_json_pair_str(out, "file", finding->file);
	}
	put_digest(out, "digest", &finding->source);
	plomb_json_pair_str(out, "format", plomb_format_name(finding->format));
	plomb_json_pair_str(out, "result", finding->accepted ? "accepted" : "rejected");
	plomb_json_pair_str(out, "code", plomb_status_code(finding->status));
	plomb_json_key(out, "detail");
	plomb_json_object(out);
	put_detail(out, &detail);
	plomb_json_object_end(out);
	put_checks(out, finding);
	put_times(out, finding);
	put_known(out, "subject", plomb_bytes_view(&finding->subject));
	put_known(out, "issuer", plomb_bytes_view(&finding->issuer));
	put_known(out, "predicateType", plomb_bytes_view(&finding->predicate_type));
	put_warnings(out, finding);
	plomb_json_object_end(out);
}

/* see verdicts.h */
void
plomb_report(const plomb_judgement *judgement, plomb_text *text)
{
	plomb_json_out out;
	size_t i;

	plomb_json_out_init(&out, text, NULL);
	plomb_json_object(&out);
	plomb_json_pair_str(&out, judgement->is_image ? "image" : "artifact", judgement->name);
	put_digest(&out, "digest", &judgement->digest);
	plomb_json_pair_str(&out, "result", plomb_judgement_result(judgement));
	plomb_json_pair_str(&out, "code", plomb_status_code(judgement->status));
	plomb_json_pair(&out, "message", plomb_text_as_view(&judgement->sentence));
	if (judgement->platform != NULL) {
		plomb_json_key(&out, "platform");
		plomb_json_object(&out);
		plomb_json_pair_str(&out, "name", judgement->platform);
		put_digest(&out, "digest", &judgement->platform_digest);
		plomb_json_object_end(&out);
	}
	plomb_json_key(&out, "candidates");
	plomb_json_array(&out);
	for (i = 0; i < judgement->count; i ++) {
		put_finding(&out, &judgement->finding[i]);
	}
	plomb_json_array_end(&out);
	plomb_json_object_end(&out);
	plomb_text_str(text, "\n");
}
