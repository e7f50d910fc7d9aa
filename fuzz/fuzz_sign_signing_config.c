/*
 * Targets plomb_signing_config_choose.
 *
 * Input: a signing configuration. Holds:
 * - every service that is chosen has an address that can be asked and a
 *   version that is spoken, and all of one list have the same;
 * - what can be chosen at some time can be read without a clock;
 * - what is refused leaves no service.
 */
#include <stdlib.h>

#include "../src/oci/url.h"
#include "../src/sign/signing_config.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char room[4 << 20];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
check_list(const plomb_service *services, size_t count, unsigned newest)
{
	plomb_url url;
	size_t i;

	must(count <= PLOMB_MAX_SERVICES);
	for (i = 0; i < count; i ++) {
		must(plomb_url_parse(services[i].url, &url));
		must(services[i].version >= 1 && services[i].version <= newest && services[i].version == services[0].version);
	}
}

static plomb_status
choose(plomb_view text, int now_known, int64_t now, plomb_services *services)
{
	static plomb_work work;
	static plomb_detail detail;
	plomb_ctx ctx = { &work, &plomb_crypto_default, &detail };
	plomb_time time = { 0, 0 };

	time.s = now;
	plomb_work_init(&work, room, sizeof room);
	return plomb_signing_config_choose(&ctx, text, now_known, time, services);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static plomb_services services, again;
	plomb_view text = { in, len };
	plomb_status s;

	s = choose(text, 0, 0, &services);
	if (s != PLOMB_OK) {
		must(s == PLOMB_SIGNING_CONFIG_MALFORMED || s == PLOMB_SIGNING_CONFIG_UNSATISFIED || s == PLOMB_NO_ROOM);
		must(services.ca.url.p == NULL && services.oidc.url.p == NULL && services.rekor_count == 0 && services.tsa_count == 0);
	} else {
		check_list(&services.ca, services.ca.url.p != NULL, 1);
		check_list(&services.oidc, services.oidc.url.p != NULL, 1);
		check_list(services.rekor, services.rekor_count, 2);
		check_list(services.tsa, services.tsa_count, 1);
	}
	if (choose(text, 1, 1700000000, &again) == PLOMB_OK) {
		must(s != PLOMB_SIGNING_CONFIG_MALFORMED);
	}
	return 0;
}
