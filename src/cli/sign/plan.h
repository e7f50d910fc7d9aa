/*
 * What a signing command was asked: with what, by which services, held
 * against which trust root. Everything that is wrong about the options is
 * found here, before anything is sent.
 */
#ifndef PLOMB_PLAN_H
#define PLOMB_PLAN_H

#include "../app.h"
#include "../trust_source.h"
#include "../../sign/session.h"
#include "key_arg.h"

typedef struct {
	plomb_cmd command;
	plomb_form form;
	plomb_services services; /* addresses are owned */
	int has_key, has_token;  /* both: the key gets a certificate */
	plomb_key_arg key;       /* owned */
	plomb_bytes token;       /* owned, a secret */
	plomb_key_kind fresh;    /* of a key that is made */
	plomb_trust_source source; /* owned */
	int now_known;
	plomb_time now;
	unsigned flags;          /* PLOMB_IGNORE_SCT */
	int is_dry;
	plomb_http *http;        /* owned; NULL if nothing is asked */
	plomb_asker asker;
} plomb_plan;

/* Freed by the caller also after a fault. old_form is what --new-bundle-format=false means here. */
PLOMB_MUST_CHECK plomb_status plomb_plan_read(plomb_plan *plan, plomb_app *app, plomb_cmd command, plomb_form old_form, plomb_fault *fault);
void plomb_plan_free(plomb_plan *plan);

/* What somebody does with each thing that is signed. */
typedef struct {
	void *user;
	/* Before anything is sent: the key is known, and with it what has to be known of the thing. May be NULL. */
	plomb_status (*prepare)(void *user, size_t item, const plomb_session *session, plomb_fault *fault);
	/* While everything that was made is there. */
	plomb_status (*use)(void *user, size_t item, const plomb_session *session, const plomb_made *made, plomb_fault *fault);
} plomb_plan_user;

/*
 * Sign all, in order, with one key and one certificate; each is used before
 * the next is signed. largest: bytes of the largest payload. Faults name the
 * step.
 */
PLOMB_MUST_CHECK plomb_status plomb_plan_sign(plomb_plan *plan, plomb_app *app, const plomb_to_sign *what, size_t count, size_t largest,
	const plomb_plan_user *user, plomb_fault *fault);

/* Say what is asked of whom, for --dry-run. */
void plomb_plan_show(const plomb_plan *plan, plomb_text *text);

/* A file that is written as a whole. name may be NULL: nothing is. */
PLOMB_MUST_CHECK plomb_status plomb_plan_write(const char *name, plomb_view bytes, plomb_fault *fault);

#endif
