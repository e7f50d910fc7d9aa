/* Who a certificate names, and whether that is who was wanted (SPEC 4.3 – 4.5). */
#ifndef PLOMB_IDENTITY_H
#define PLOMB_IDENTITY_H

#include "cert.h"

/* The one SAN: PLOMB_IDENTITY_SAN_MISSING, _AMBIGUOUS, PLOMB_CERT_MALFORMED. */
PLOMB_MUST_CHECK plomb_status plomb_identity_san(const plomb_cert *cert, plomb_view *san);
/* The OIDC issuer: .8, else .1. PLOMB_IDENTITY_ISSUER_MISSING, _INCONSISTENT, _EXTENSION_MALFORMED. */
PLOMB_MUST_CHECK plomb_status plomb_identity_issuer(const plomb_cert *cert, plomb_view *issuer);

/*
 * The value of a Fulcio extension, by dotted OID or by name of the table in
 * SPEC 4.4 in kebab-case ("build-signer-uri", "github-workflow-sha", …, also
 * cosign's camelCase githubWorkflowSha). An OID of the table is decoded as
 * the table says. Any other OID may be asked for too: its value is the text
 * if the extension is exactly one DER UTF8String, else the bytes themselves.
 * PLOMB_UNSET if the certificate does not have it; PLOMB_CONFIG_INVALID if
 * the name is not known; PLOMB_IDENTITY_EXTENSION_MALFORMED.
 */
PLOMB_MUST_CHECK plomb_status plomb_identity_extension(const plomb_cert *cert, plomb_view name, plomb_view *value);

/* The name in kebab-case of 1.3.6.1.4.1.57264.1.number; NULL if it has none. */
const char *plomb_identity_extension_name(unsigned number);
/* A name that plomb_identity_extension can look for. */
int plomb_identity_extension_known(plomb_view name);

/*
 * exact and regex, as far as they are given. A match with neither is no
 * match, and *trouble is then PLOMB_CONFIG_INVALID; else it is PLOMB_OK.
 */
int plomb_match_ok(plomb_ctx *ctx, const plomb_match *match, plomb_view value, plomb_status *trouble);

/* What was wanted, for a person: the exact value, else the pattern, else {NULL,0}. */
plomb_view plomb_match_text(const plomb_match *match);

/* The three checks; each fills ctx->detail on refusal. */
PLOMB_MUST_CHECK plomb_status plomb_identity_check_san(plomb_ctx *ctx, const plomb_cert *cert, const plomb_match *want, plomb_view *san);
PLOMB_MUST_CHECK plomb_status plomb_identity_check_issuer(plomb_ctx *ctx, const plomb_cert *cert, const plomb_match *want, plomb_view *issuer);
PLOMB_MUST_CHECK plomb_status plomb_identity_check_extensions(plomb_ctx *ctx, const plomb_cert *cert, const plomb_want *wants, size_t count);

#endif
