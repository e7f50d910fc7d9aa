/*
 * The policy file: what is accepted, what the careless and the hostile write
 * instead, and which list an image gets. JSON stands here with ' for ".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/json.h"
#include "../src/oci/policy.h"
#include "vector_lines.h"

#define HEX   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define D     "@sha256:" HEX
#define IMAGE "registry.example/acme/app:1"

static unsigned char buffer[4u << 20];
static char text[2u << 20];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx = { &work, &plomb_crypto_default, &detail };

/* A format with one %s and ' for ". */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 0)))
#endif
static plomb_view
json(const char *format, const char *part)
{
	plomb_view view;
	size_t i;
	int n;

	n = snprintf(text, sizeof text, format, part);
	assert_true(n >= 0 && (size_t)n < sizeof text);
	for (i = 0; i < (size_t)n; i ++) {
		if (text[i] == '\'') {
			text[i] = '"';
		}
	}
	view.p = (const unsigned char *)text;
	view.n = (size_t)n;
	return view;
}

static plomb_status
choose(plomb_view policy, const char *image, plomb_policy_choice *choice)
{
	plomb_image_name name;

	plomb_work_init(&work, buffer, sizeof buffer);
	memset(&detail, 0, sizeof detail);
	assert_int_equal(plomb_image_name_parse(&work, plomb_view_of(image), &name), PLOMB_OK);
	return plomb_policy_choose(&ctx, policy, &name, choice);
}

/* ------------------------------------------------------------ what was read */

static char said[4096];

#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
static void
say(const char *format, ...)
{
	size_t at;
	va_list args;

	at = strlen(said);
	va_start(args, format);
	(void)vsnprintf(said + at, sizeof said - at, format, args);
	va_end(args);
}

static void
say_text(const char *name, plomb_view value)
{
	if (value.p != NULL) {
		say(" %s=%.*s", name, (int)value.n, (const char *)value.p);
	}
}

static void
say_pem(const char *name, const plomb_policy_pem *pem)
{
	assert_true(pem->path.p == NULL || pem->data.p == NULL);
	say_text(name, pem->path);
	if (pem->data.p != NULL) {
		say(" %s:%.*s", name, (int)pem->data.n, (const char *)pem->data.p);
	}
}

static void
say_pairs(const char *name, const plomb_policy_pairs *pairs)
{
	size_t i;

	for (i = 0; i < pairs->count; i ++) {
		say(" %s.%.*s%s%.*s", name, (int)pairs->item[i].name.n, (const char *)pairs->item[i].name.p,
			pairs->item[i].is_regexp ? "~" : "=", (int)pairs->item[i].value.n, (const char *)pairs->item[i].value.p);
	}
}

static const char *
said_word(plomb_said value)
{
	return value == PLOMB_YES ? "yes" : value == PLOMB_NO ? "no" : "unsaid";
}

/* A requirement in one line; what is at its default is left out. */
static const char *
describe(const plomb_requirement *r)
{
	static const char *const types[] = { "?", "nothing", "reject", "gpg", "pki", "key", "fulcio", "identity" };
	static const char *const names[] = { "", "matchExact", "matchRepository", "exactReference", "exactRepository", "remapIdentity" };
	size_t i;

	said[0] = '\0';
	say("%s", types[r->type]);
	for (i = 0; i < r->key_count; i ++) {
		say_pem("key", &r->keys[i]);
	}
	say_pem("ca", &r->ca);
	say_text("issuer", r->oidc_issuer);
	say_text("email", r->subject_email);
	for (i = 0; i < r->log_count; i ++) {
		say_pem("log", &r->logs[i]);
	}
	for (i = 0; i < r->identity_count; i ++) {
		say(" {");
		say_text("identity", r->identities[i].identity);
		say_text("identity~", r->identities[i].identity_regexp);
		say_text("issuer", r->identities[i].issuer);
		say_text("issuer~", r->identities[i].issuer_regexp);
		say_pairs("extension", &r->identities[i].extensions);
		say(" }");
	}
	say_pairs("extension", &r->extensions);
	say_pairs("annotation", &r->annotations);
	say_text("root", r->trusted_root);
	if (r->signed_identity.type != PLOMB_MATCH_REPO_DIGEST_OR_EXACT) {
		say(" %s", names[r->signed_identity.type]);
	}
	say_text("reference", r->signed_identity.reference);
	say_text("prefix", r->signed_identity.prefix);
	say_text("signedPrefix", r->signed_identity.signed_prefix);
	if (r->type >= PLOMB_REQUIRE_KEY) {
		say(" log %s ct %s", said_word(r->transparency_log), said_word(r->certificate_log));
	}
	if (r->accept_unnamed) {
		say(" unnamed");
	}
	return said;
}

/* -------------------------------------------------------------- requirements */

#define KEY   "{'type':'sigstoreSigned','keyPath':'/k'"
#define WHO   "'identity':'https://ci.example/x','issuer':'https://issuer.example'"
#define OWN   "{'type':'sigstoreSigned','plomb':{"
#define FULCIO "'fulcio':{'caPath':'/ca','oidcIssuer':'https://issuer.example','subjectEmail':'a@b.example'}"
#define NAME(identity) "{'type':'sigstoreSigned','keyPath':'/k','signedIdentity':{" identity "}}"
#define PKI(members) "{'type':'sigstoreSigned','pki':{" members "}}"
#define GPG(members) "{'type':'signedBy'," members "}"

static const struct {
	const char *requirement, *want;
} good[] = {
	{ "{'type':'insecureAcceptAnything'}", "nothing" },
	{ "{'type':'reject'}", "reject" },
	/* Keys. */
	{ KEY "}", "key key=/k log no ct no" },
	{ "{'keyPath':'/k','type':'sigstoreSigned'}", "key key=/k log no ct no" },
	{ "{'type':'sigstoreSigned','keyPaths':['/k','/l']}", "key key=/k key=/l log no ct no" },
	{ "{'type':'sigstoreSigned','keyData':'a2V5'}", "key key:key log no ct no" },
	{ "{'type':'sigstoreSigned','keyDatas':['a2V5','a2V5MQ==']}", "key key:key key:key1 log no ct no" },
	{ "{'type':'sigstoreSigned','keyPath':'\\u002fk'}", "key key=/k log no ct no" },
	{ "{'typ\\u0065':'sigstoreSigned','keyPath':'/k'}", "key key=/k log no ct no" },
	{ KEY ",'rekorPublicKeyPath':'/r'}", "key key=/k log=/r log yes ct no" },
	{ KEY ",'rekorPublicKeyPaths':['/r','/s']}", "key key=/k log=/r log=/s log yes ct no" },
	{ KEY ",'rekorPublicKeyData':'bG9n'}", "key key=/k log:log log yes ct no" },
	{ KEY ",'rekorPublicKeyDatas':['bG9n']}", "key key=/k log:log log yes ct no" },
	/* Fulcio as containers/image knows it. */
	{ "{'type':'sigstoreSigned'," FULCIO ",'rekorPublicKeyPath':'/r'}",
		"fulcio ca=/ca issuer=https://issuer.example email=a@b.example log=/r log yes ct no" },
	{ "{'type':'sigstoreSigned','fulcio':{'caData':'Y2E=','oidcIssuer':'i','subjectEmail':'e'},'rekorPublicKeyData':'bG9n'}",
		"fulcio ca:ca issuer=i email=e log:log log yes ct no" },
	/* What is known, but not evaluated. */
	{ PKI("'caRootsPath':'/ca','subjectEmail':'e'"), "pki" },
	{ PKI("'caRootsData':'Y2E=','caIntermediatesData':'Y2E=','subjectHostname':'h','subjectEmail':'e'"), "pki" },
	{ PKI("'caRootsPath':'/ca','caIntermediatesPath':'/i','subjectHostname':'h'"), "pki" },
	{ GPG("'keyType':'GPGKeys','keyPath':'/k'"), "gpg" },
	{ GPG("'keyType':'signedByGPGKeys','keyPaths':['/k']"), "gpg" },
	{ GPG("'keyType':'X509Certificates','keyData':'a2V5'"), "gpg" },
	{ GPG("'keyType':'signedByX509CAs','keyPath':'/k','signedIdentity':{'type':'matchExact'}"), "gpg" },
	/* What the image is called. */
	{ NAME("'type':'matchRepoDigestOrExact'"), "key key=/k log no ct no" },
	{ NAME("'type':'matchExact'"), "key key=/k matchExact log no ct no" },
	{ NAME("'type':'matchRepository'"), "key key=/k matchRepository log no ct no" },
	{ NAME("'type':'exactReference','dockerReference':'app:1'"), "key key=/k exactReference reference=app:1 log no ct no" },
	{ NAME("'dockerReference':'app" D "','type':'exactReference'"), "key key=/k exactReference reference=app" D " log no ct no" },
	{ NAME("'type':'exactRepository','dockerRepository':'v.example/app'"), "key key=/k exactRepository reference=v.example/app log no ct no" },
	{ NAME("'type':'remapIdentity','prefix':'m.example:5000/v','signedPrefix':'docker.io'"),
		"key key=/k remapIdentity prefix=m.example:5000/v signedPrefix=docker.io log no ct no" },
	/* plomb's own. */
	{ OWN WHO "}}", "identity { identity=https://ci.example/x issuer=https://issuer.example } log yes ct yes" },
	{ OWN "'identityRegexp':'^https://ci','issuerRegexp':'^https://issuer[.]example$'}}",
		"identity { identity~=^https://ci issuer~=^https://issuer[.]example$ } log yes ct yes" },
	{ OWN "'identityRegexp':'.*','issuer':'https://issuer.example'}}", "identity { identity~=.* issuer=https://issuer.example } log yes ct yes" },
	{ OWN "'identity':'me','issuerRegexp':'.*'}}", "identity { identity=me issuer~=.* } log yes ct yes" },
	{ OWN "'identityRegexp':'.*','issuerRegexp':'.*','trustedRoot':'/r'}}", "identity { identity~=.* issuer~=.* } root=/r log yes ct yes" },
	{ OWN "'identityRegexp':'.*','issuerRegexp':'.*','extensions':{'source-repository-uri':'u'}}}",
		"identity { identity~=.* issuer~=.* extension.source-repository-uri=u } log yes ct yes" },
	{ OWN "'extensions':{'build-signer-uri':'u'},'identities':[{'identityRegexp':'.*','issuerRegexp':'.*'}]}}",
		"identity { identity~=.* issuer~=.* } extension.build-signer-uri=u log yes ct yes" },
	{ OWN "'identities':[{'identity':'a','issuer':'i'},{'identityRegexp':'b+','issuer':'j','extensions':{'issuer-v2':'j'},"
		"'extensionsRegexp':{'1.3.6.1.4.1.57264.1.12':'x$'}}]}}",
		"identity { identity=a issuer=i } { identity~=b+ issuer=j extension.issuer-v2=j extension.1.3.6.1.4.1.57264.1.12~x$ } log yes ct yes" },
	{ OWN WHO ",'extensionsRegexp':{'buildSignerURI':'^u'},'annotations':{'a':'1','empty':''},'annotationsRegexp':{'a':'[0-9]'}}}",
		"identity { identity=https://ci.example/x issuer=https://issuer.example extension.buildSignerURI~^u }"
		" annotation.a=1 annotation.empty= annotation.a~[0-9] log yes ct yes" },
	{ OWN WHO ",'transparencyLog':true,'certificateLog':true}}", "identity { identity=https://ci.example/x issuer=https://issuer.example } log yes ct yes" },
	{ OWN WHO ",'trustedRoot':'/r','transparencyLog':false,'certificateLog':false}}",
		"identity { identity=https://ci.example/x issuer=https://issuer.example } root=/r log no ct no" },
	{ OWN WHO ",'trustedRoot':'/r','certificateLog':false}}", "identity { identity=https://ci.example/x issuer=https://issuer.example } root=/r log yes ct no" },
	{ KEY ",'plomb':{'annotations':{'env':'prod'}}}", "key key=/k annotation.env=prod log no ct no" },
	{ KEY ",'plomb':{'annotationsRegexp':{'env':'prod|test'}}}", "key key=/k annotation.env~prod|test log no ct no" },
	{ KEY ",'plomb':{'trustedRoot':'/r'}}", "key key=/k root=/r log yes ct no" },
	{ KEY ",'plomb':{'trustedRoot':'/r','transparencyLog':false}}", "key key=/k root=/r log no ct no" },
	{ KEY ",'plomb':{'transparencyLog':true}}", "key key=/k log yes ct no" },
	{ KEY ",'plomb':{'transparencyLog':false}}", "key key=/k log no ct no" },
	{ KEY ",'rekorPublicKeyPath':'/r','plomb':{'transparencyLog':true}}", "key key=/k log=/r log yes ct no" },
	{ KEY ",'signedIdentity':{'type':'matchRepository'},'plomb':{'acceptUnnamed':true}}", "key key=/k matchRepository log no ct no unnamed" },
	{ KEY ",'plomb':{'acceptUnnamed':false}}", "key key=/k log no ct no" },
	{ "{'type':'sigstoreSigned'," FULCIO ",'rekorPublicKeyPath':'/r','plomb':{'extensions':{'token-subject':'s'},'certificateLog':false,'transparencyLog':true}}",
		"fulcio ca=/ca issuer=https://issuer.example email=a@b.example log=/r extension.token-subject=s log yes ct no" }
};

/* The requirement and the rule that refuses it, by how its sentence begins. */
static const struct {
	const char *who, *requirement, *what;
} bad[] = {
	/* No requirement at all. */
	{ "no object", "'reject'", "a requirement of an unknown type" },
	{ "null", "null", "a requirement of an unknown type" },
	{ "no type", "{}", "a requirement of an unknown type" },
	{ "no type, but a key", "{'keyPath':'/k'}", "a requirement of an unknown type" },
	{ "an unknown type", "{'type':'sigstoreSignedToo','keyPath':'/k'}", "a requirement of an unknown type" },
	{ "a type in capitals", "{'type':'Reject'}", "a requirement of an unknown type" },
	{ "a type that is no string", "{'type':['reject']}", "a requirement of an unknown type" },
	{ "a type of which nobody documents what it does", "{'type':'signedBaseLayer','baseLayerIdentity':{'type':'matchExact'}}", "a requirement of an unknown type" },
	{ "a name in capitals", "{'Type':'reject'}", "a requirement of an unknown type" },
	{ "a name in two words", "{'type':'sigstoreSigned','key_path':'/k'}", "sigstoreSigned: a member" },
	{ "a restriction of the unrestricted", "{'type':'insecureAcceptAnything','keyPath':'/k'}", "a member" },
	{ "an exception from reject", "{'type':'reject','unless':true}", "a member" },
	{ "an exception that is null", "{'type':'reject','unless':null}", "a member" },
	/* Keys: none, several, and what is none. */
	{ "no way of signing", "{'type':'sigstoreSigned'}", "sigstoreSigned needs one of" },
	{ "a typing error", "{'type':'sigstoreSigned','keyPth':'/k'}", "sigstoreSigned: a member" },
	{ "a restriction of the future", KEY ",'keyUsage':'release'}", "sigstoreSigned: a member" },
	{ "an empty path", "{'type':'sigstoreSigned','keyPath':''}", "several of keyPath" },
	{ "a path that a template left out", "{'type':'sigstoreSigned','keyPath':null}", "sigstoreSigned: a member" },
	{ "a path that is a list", "{'type':'sigstoreSigned','keyPath':['/k']}", "several of keyPath" },
	{ "a path with a NUL", "{'type':'sigstoreSigned','keyPath':'/k\\u0000'}", "several of keyPath" },
	{ "a list that is a path", "{'type':'sigstoreSigned','keyPaths':'/k'}", "several of keyPath" },
	{ "an empty list", "{'type':'sigstoreSigned','keyPaths':[]}", "several of keyPath" },
	{ "a list with an empty path", "{'type':'sigstoreSigned','keyPaths':['/k','']}", "several of keyPath" },
	{ "a list with null", "{'type':'sigstoreSigned','keyPaths':['/k',null]}", "several of keyPath" },
	{ "a list of lists", "{'type':'sigstoreSigned','keyPaths':[['/k']]}", "several of keyPath" },
	{ "a list of data that is one", "{'type':'sigstoreSigned','keyDatas':'a2V5'}", "several of keyPath" },
	{ "an empty list of data", "{'type':'sigstoreSigned','keyDatas':[]}", "several of keyPath" },
	{ "empty data", "{'type':'sigstoreSigned','keyData':''}", "several of keyPath" },
	{ "PEM instead of its base64", "{'type':'sigstoreSigned','keyData':'-----BEGIN PUBLIC KEY-----'}", "several of keyPath" },
	{ "base64 without padding", "{'type':'sigstoreSigned','keyData':'a2V5MQ'}", "several of keyPath" },
	{ "base64 for URLs", "{'type':'sigstoreSigned','keyData':'a2V_'}", "several of keyPath" },
	{ "base64 with a line break", "{'type':'sigstoreSigned','keyData':'a2V5\\n'}", "several of keyPath" },
	{ "base64 with bits left over", "{'type':'sigstoreSigned','keyData':'a2V5MR=='}", "several of keyPath" },
	{ "a key and another key", KEY ",'keyData':'a2V5'}", "several of keyPath" },
	{ "a key and a list of keys", KEY ",'keyPaths':['/k']}", "several of keyPath" },
	{ "a list of keys and one of data", "{'type':'sigstoreSigned','keyPaths':['/k'],'keyDatas':['a2V5']}", "several of keyPath" },
	{ "a key and fulcio", KEY "," FULCIO ",'rekorPublicKeyPath':'/r'}", "sigstoreSigned needs one of" },
	{ "a key and pki", KEY ",'pki':{'caRootsPath':'/c','subjectEmail':'e'}}", "sigstoreSigned needs one of" },
	{ "fulcio and pki", "{'type':'sigstoreSigned'," FULCIO ",'pki':{'caRootsPath':'/c','subjectEmail':'e'}}", "sigstoreSigned needs one of" },
	/* Logs. */
	{ "two logs' keys", KEY ",'rekorPublicKeyPath':'/r','rekorPublicKeyData':'bG9n'}", "several of the rekorPublicKey members" },
	{ "a log's key and a list", KEY ",'rekorPublicKeyPath':'/r','rekorPublicKeyPaths':['/r']}", "several of the rekorPublicKey members" },
	{ "a log's key that is empty: no log", KEY ",'rekorPublicKeyPath':''}", "several of the rekorPublicKey members" },
	{ "a log's key that is null: no log", KEY ",'rekorPublicKeyPath':null}", "sigstoreSigned: a member" },
	{ "an empty list of logs", KEY ",'rekorPublicKeyPaths':[]}", "several of the rekorPublicKey members" },
	{ "log data that is no base64", KEY ",'rekorPublicKeyDatas':['!']}", "several of the rekorPublicKey members" },
	{ "log keys for nobody", "{'type':'sigstoreSigned','rekorPublicKeyPath':'/r'}", "sigstoreSigned needs one of" },
	/* Fulcio. */
	{ "fulcio without a log", "{'type':'sigstoreSigned'," FULCIO "}", "fulcio needs a rekorPublicKey" },
	{ "fulcio that is no object", "{'type':'sigstoreSigned','fulcio':'/ca','rekorPublicKeyPath':'/r'}", "fulcio: a member" },
	{ "fulcio that is empty", "{'type':'sigstoreSigned','fulcio':{},'rekorPublicKeyPath':'/r'}", "fulcio needs one of caPath" },
	{ "fulcio that is null", KEY ",'fulcio':null}", "sigstoreSigned: a member" },
	{ "no authority", "{'type':'sigstoreSigned','fulcio':{'oidcIssuer':'i','subjectEmail':'e'},'rekorPublicKeyPath':'/r'}", "fulcio needs one of caPath" },
	{ "two authorities", "{'type':'sigstoreSigned','fulcio':{'caPath':'/c','caData':'Y2E=','oidcIssuer':'i','subjectEmail':'e'},'rekorPublicKeyPath':'/r'}", "fulcio needs one of caPath" },
	{ "an empty authority", "{'type':'sigstoreSigned','fulcio':{'caPath':'','oidcIssuer':'i','subjectEmail':'e'},'rekorPublicKeyPath':'/r'}", "fulcio needs one of caPath" },
	{ "an authority that is no base64", "{'type':'sigstoreSigned','fulcio':{'caData':'!','oidcIssuer':'i','subjectEmail':'e'},'rekorPublicKeyPath':'/r'}", "fulcio needs one of caPath" },
	{ "any issuer", "{'type':'sigstoreSigned','fulcio':{'caPath':'/c','subjectEmail':'e'},'rekorPublicKeyPath':'/r'}", "fulcio needs oidcIssuer" },
	{ "an empty issuer", "{'type':'sigstoreSigned','fulcio':{'caPath':'/c','oidcIssuer':'','subjectEmail':'e'},'rekorPublicKeyPath':'/r'}", "oidcIssuer" },
	{ "any signer", "{'type':'sigstoreSigned','fulcio':{'caPath':'/c','oidcIssuer':'i'},'rekorPublicKeyPath':'/r'}", "fulcio needs oidcIssuer" },
	{ "an empty signer", "{'type':'sigstoreSigned','fulcio':{'caPath':'/c','oidcIssuer':'i','subjectEmail':''},'rekorPublicKeyPath':'/r'}", "subjectEmail" },
	{ "a signer with a wildcard member", "{'type':'sigstoreSigned','fulcio':{'caPath':'/c','oidcIssuer':'i','subjectEmail':'e','subjectURI':'u'},'rekorPublicKeyPath':'/r'}", "fulcio: a member" },
	/* pki and signedBy are not evaluated, and must be right all the same. */
	{ "pki that is no object", "{'type':'sigstoreSigned','pki':[]}", "pki: a member" },
	{ "pki with an unknown member", PKI("'caRootsPath':'/c','subjectEmail':'e','crl':'/x'"), "pki: a member" },
	{ "pki without roots", PKI("'subjectEmail':'e'"), "pki needs one of caRootsPath" },
	{ "pki with two roots", PKI("'caRootsPath':'/c','caRootsData':'Y2E=','subjectEmail':'e'"), "pki needs one of caRootsPath" },
	{ "pki with two intermediates", PKI("'caRootsPath':'/c','caIntermediatesPath':'/i','caIntermediatesData':'Y2E=','subjectEmail':'e'"), "pki has at most one" },
	{ "pki with an empty intermediate", PKI("'caRootsPath':'/c','caIntermediatesPath':'','subjectEmail':'e'"), "pki has at most one" },
	{ "pki for anybody", PKI("'caRootsPath':'/c'"), "pki needs subjectEmail" },
	{ "pki for nobody", PKI("'caRootsPath':'/c','subjectEmail':''"), "subjectEmail" },
	{ "pki for no host", PKI("'caRootsPath':'/c','subjectHostname':1"), "subjectHostname" },
	{ "pki with a log", "{'type':'sigstoreSigned','pki':{'caRootsPath':'/c','subjectEmail':'e'},'rekorPublicKeyPath':'/r'}", "rekorPublicKey beside pki" },
	{ "signedBy without a key", GPG("'keyType':'GPGKeys'"), "signedBy needs one of keyPath" },
	{ "signedBy with two keys", GPG("'keyType':'GPGKeys','keyPath':'/k','keyData':'a2V5'"), "signedBy needs one of keyPath" },
	{ "signedBy with no list of keys", GPG("'keyType':'GPGKeys','keyPaths':[]"), "signedBy needs one of keyPath" },
	{ "signedBy without a type of key", GPG("'keyPath':'/k'"), "signedBy: no keyType" },
	{ "signedBy with an unknown type of key", GPG("'keyType':'PGPKeys','keyPath':'/k'"), "signedBy: no keyType" },
	{ "signedBy with a name that is none", GPG("'keyType':'GPGKeys','keyPath':'/k','signedIdentity':{'type':'exactReference','dockerReference':'app'}"), "signedIdentity: not the name" },
	{ "signedBy with data in a list", GPG("'keyType':'GPGKeys','keyDatas':['a2V5']"), "signedBy: a member" },
	{ "signedBy with plomb's members", GPG("'keyType':'GPGKeys','keyPath':'/k','plomb':{'annotations':{'a':'b'}}"), "signedBy: a member" },
	/* What the image is called. */
	{ "a name that is no object", KEY ",'signedIdentity':'matchExact'}", "signedIdentity: a member" },
	{ "a name that is null: the default", KEY ",'signedIdentity':null}", "sigstoreSigned: a member" },
	{ "a name without a type", NAME(""), "signedIdentity: an unknown type" },
	{ "a name of an unknown type", NAME("'type':'matchAny'"), "signedIdentity: an unknown type" },
	{ "a name with an unknown member", NAME("'type':'matchExact','except':'x'"), "signedIdentity: a member" },
	{ "a repository where none is due", NAME("'type':'matchRepository','dockerRepository':'app'"), "signedIdentity: an unknown type" },
	{ "no reference", NAME("'type':'exactReference'"), "signedIdentity: an unknown type" },
	{ "a repository for a reference", NAME("'type':'exactReference','dockerRepository':'app'"), "signedIdentity: an unknown type" },
	{ "a reference for a repository", NAME("'type':'exactRepository','dockerReference':'app:1'"), "signedIdentity: an unknown type" },
	{ "both", NAME("'type':'exactReference','dockerReference':'app:1','dockerRepository':'app'"), "signedIdentity: an unknown type" },
	{ "an empty reference", NAME("'type':'exactReference','dockerReference':''"), "dockerReference" },
	{ "a reference that is a number", NAME("'type':'exactReference','dockerReference':1"), "dockerReference" },
	{ "an empty repository", NAME("'type':'exactRepository','dockerRepository':''"), "dockerRepository" },
	{ "a reference without a tag", NAME("'type':'exactReference','dockerReference':'v.example/app'"), "signedIdentity: not the name" },
	{ "a repository with a tag that nobody would look at", NAME("'type':'exactRepository','dockerRepository':'v.example/app:1'"), "signedIdentity: not the name" },
	{ "a repository with a digest", NAME("'type':'exactRepository','dockerRepository':'v.example/app" D "'"), "signedIdentity: not the name" },
	{ "a repository in capitals", NAME("'type':'exactRepository','dockerRepository':'v.example/App'"), "signedIdentity: not the name" },
	{ "a host in capitals", NAME("'type':'exactRepository','dockerRepository':'V.example/app'"), "signedIdentity: not the name" },
	{ "no prefix", NAME("'type':'remapIdentity','signedPrefix':'v.example'"), "signedIdentity: an unknown type" },
	{ "no signed prefix", NAME("'type':'remapIdentity','prefix':'m.example'"), "signedIdentity: an unknown type" },
	{ "an empty prefix", NAME("'type':'remapIdentity','prefix':'','signedPrefix':'v.example'"), "prefix" },
	{ "an empty signed prefix", NAME("'type':'remapIdentity','prefix':'m.example','signedPrefix':''"), "signedPrefix" },
	{ "a short prefix, which fits nothing", NAME("'type':'remapIdentity','prefix':'acme','signedPrefix':'v.example'"), "signedIdentity: not the name" },
	{ "a prefix with a slash at its end", NAME("'type':'remapIdentity','prefix':'m.example/','signedPrefix':'v.example'"), "signedIdentity: not the name" },
	{ "a prefix with a tag", NAME("'type':'remapIdentity','prefix':'m.example/app:1','signedPrefix':'v.example'"), "signedIdentity: not the name" },
	{ "a prefix with a wildcard", NAME("'type':'remapIdentity','prefix':'*.example','signedPrefix':'v.example'"), "signedIdentity: not the name" },
	{ "a signed prefix that is none", NAME("'type':'remapIdentity','prefix':'m.example','signedPrefix':'https://v.example'"), "signedIdentity: not the name" },
	/* plomb's own: shapes. */
	{ "plomb that is no object", KEY ",'plomb':true}", "plomb: a member" },
	{ "plomb that says nothing", KEY ",'plomb':{}}", "plomb: an object that says nothing" },
	{ "plomb that is null", KEY ",'plomb':null}", "sigstoreSigned: a member" },
	{ "plomb with an unknown member", KEY ",'plomb':{'annotation':{'a':'b'}}}", "plomb: a member" },
	{ "plomb with a member that is null", KEY ",'plomb':{'annotations':null}}", "plomb: a member" },
	{ "plomb one level too high", "{'type':'sigstoreSigned','keyPath':'/k','annotations':{'a':'b'}}", "sigstoreSigned: a member" },
	{ "plomb alone, without anybody", OWN "'annotations':{'a':'b'}}}", "sigstoreSigned needs one of" },
	{ "no annotation", KEY ",'plomb':{'annotations':{}}}", "annotations: an object" },
	{ "no annotation's expression", KEY ",'plomb':{'annotationsRegexp':{}}}", "annotations: an object" },
	{ "annotations as a list", KEY ",'plomb':{'annotations':['a=b']}}", "annotations: an object" },
	{ "an annotation without a name", KEY ",'plomb':{'annotations':{'':'b'}}}", "annotations: an object" },
	{ "an annotation that is a number", KEY ",'plomb':{'annotations':{'a':1}}}", "annotations: an object" },
	{ "an annotation that is null", KEY ",'plomb':{'annotations':{'a':null}}}", "annotations: an object" },
	{ "an annotation with a NUL", KEY ",'plomb':{'annotations':{'a':'\\u0000'}}}", "annotations: an object" },
	{ "an annotation's expression that is empty: anything", KEY ",'plomb':{'annotationsRegexp':{'a':''}}}", "annotations: an object" },
	{ "an annotation's expression that is none", KEY ",'plomb':{'annotationsRegexp':{'a':'('}}}", "not a regular expression" },
	{ "no extension", OWN WHO ",'extensions':{}}}", "extensions: an object" },
	{ "an extension that is empty", OWN WHO ",'extensions':{'issuer-v2':''}}}", "extensions: an object" },
	{ "an extension that nobody defined", OWN WHO ",'extensions':{'build-signer':'x'}}}", "extensions: neither" },
	{ "an extension by its title", OWN WHO ",'extensions':{'Build Signer URI':'x'}}}", "extensions: neither" },
	{ "an extension by half an OID", OWN WHO ",'extensions':{'1.':'x'}}}", "extensions: neither" },
	{ "an extension's expression for what nobody defined", OWN WHO ",'extensionsRegexp':{'x':'x'}}}", "extensions: neither" },
	{ "an extension's expression that is none", OWN WHO ",'extensionsRegexp':{'issuer-v2':'[z-a]'}}}", "not a regular expression" },
	{ "an empty trust root", KEY ",'plomb':{'trustedRoot':''}}", "trustedRoot" },
	{ "a trust root in place", KEY ",'plomb':{'trustedRoot':{'mediaType':'x'}}}", "trustedRoot" },
	{ "a switch in quotes", KEY ",'plomb':{'transparencyLog':'false'}}", "transparencyLog" },
	{ "a switch as a number", OWN WHO ",'certificateLog':0}}", "certificateLog" },
	{ "a switch that is null", KEY ",'signedIdentity':{'type':'matchRepository'},'plomb':{'acceptUnnamed':null}}", "plomb: a member" },
	{ "a switch as a word", KEY ",'signedIdentity':{'type':'matchRepository'},'plomb':{'acceptUnnamed':'yes'}}", "acceptUnnamed" },
	/* plomb's own: who signed. */
	{ "an issuer without anybody", OWN "'issuer':'i'}}", "an identity needs one of identity" },
	{ "an issuer's expression without anybody", KEY ",'plomb':{'issuerRegexp':'i'}}", "an identity needs one of identity" },
	{ "an identity's expression beside a key", KEY ",'plomb':{'identityRegexp':'i'}}", "an identity needs one of issuer" },
	{ "somebody from anywhere", OWN "'identity':'x'}}", "an identity needs one of issuer" },
	{ "two identities in one", OWN WHO ",'identityRegexp':'x'}}", "an identity needs one of identity" },
	{ "two issuers in one", OWN WHO ",'issuerRegexp':'x'}}", "an identity needs one of issuer" },
	{ "an empty identity", OWN "'identity':'','issuer':'i'}}", "identity" },
	{ "an empty expression: anybody", OWN "'identityRegexp':'','issuer':'i'}}", "identityRegexp" },
	{ "an empty issuer", OWN "'identity':'x','issuer':''}}", "issuer" },
	{ "an empty issuer's expression", OWN "'identity':'x','issuerRegexp':''}}", "issuerRegexp" },
	{ "an identity that is a list", OWN "'identity':['x'],'issuer':'i'}}", "identity" },
	{ "an expression with a backreference", OWN "'identityRegexp':'(a)\\\\1','issuer':'i'}}", "not a regular expression" },
	{ "an issuer's expression with a lookahead", OWN "'identity':'x','issuerRegexp':'(?!evil)'}}", "not a regular expression" },
	{ "an expression that explodes", OWN "'identityRegexp':'((a{900}){900}){900}','issuer':'i'}}", "not a regular expression" },
	{ "everybody", OWN "'identityRegexp':'.*','issuerRegexp':'.*'}}", "an identity that everybody has" },
	{ "everybody, in disguise", OWN "'identityRegexp':'a*|b','issuerRegexp':'^[^ ]+$'}}", "an identity that everybody has" },
	{ "everybody among others", OWN "'identities':[{'identity':'a','issuer':'i'},{'identityRegexp':'.','issuerRegexp':'.+'}]}}", "an identity that everybody has" },
	{ "a list that is empty", OWN "'identities':[]}}", "identities: an array" },
	{ "a list that is an object", OWN "'identities':{'identity':'a','issuer':'i'}}}", "identities: an array" },
	{ "a list of names", OWN "'identities':['a']}}", "identities: a member" },
	{ "a list with null", OWN "'identities':[{'identity':'a','issuer':'i'},null]}}", "identities: a member" },
	{ "a list with an unknown member", OWN "'identities':[{'identity':'a','issuer':'i','annotations':{'a':'b'}}]}}", "identities: a member" },
	{ "a list with half an identity", OWN "'identities':[{'identity':'a','issuer':'i'},{'identity':'b'}]}}", "an identity needs one of issuer" },
	{ "a list with nobody", OWN "'identities':[{}]}}", "an identity needs one of identity" },
	{ "a list with a bad extension", OWN "'identities':[{'identity':'a','issuer':'i','extensions':{'x':'y'}}]}}", "extensions: neither" },
	{ "an identity and a list", OWN WHO ",'identities':[{'identity':'a','issuer':'i'}]}}", "plomb has an identity and a list" },
	/* plomb's own: what contradicts the rest. */
	{ "an identity beside a key", KEY ",'plomb':{" WHO "}}", "plomb's identities beside" },
	{ "an identity beside fulcio", "{'type':'sigstoreSigned'," FULCIO ",'rekorPublicKeyPath':'/r','plomb':{" WHO "}}", "plomb's identities beside" },
	{ "an identity beside pki", "{'type':'sigstoreSigned','pki':{'caRootsPath':'/c','subjectEmail':'e'},'plomb':{" WHO "}}", "plomb's identities beside" },
	{ "an extension of a key", KEY ",'plomb':{'extensions':{'issuer-v2':'i'}}}", "extensions or certificateLog beside a bare key" },
	{ "a certificate's log of a key", KEY ",'plomb':{'certificateLog':true}}", "extensions or certificateLog beside a bare key" },
	{ "no certificate's log of a key", KEY ",'plomb':{'certificateLog':false}}", "extensions or certificateLog beside a bare key" },
	{ "a trust root beside fulcio's authority", "{'type':'sigstoreSigned'," FULCIO ",'rekorPublicKeyPath':'/r','plomb':{'trustedRoot':'/t'}}", "plomb's trustedRoot beside" },
	{ "a trust root beside pki's", "{'type':'sigstoreSigned','pki':{'caRootsPath':'/c','subjectEmail':'e'},'plomb':{'trustedRoot':'/t'}}", "plomb's trustedRoot beside" },
	{ "a trust root beside a log's key", KEY ",'rekorPublicKeyPath':'/r','plomb':{'trustedRoot':'/t'}}", "rekorPublicKey beside a trust root" },
	{ "a log's key beside identities", "{'type':'sigstoreSigned','rekorPublicKeyPath':'/r','plomb':{" WHO "}}", "rekorPublicKey beside a trust root" },
	{ "a log's key that is not needed", KEY ",'rekorPublicKeyPath':'/r','plomb':{'transparencyLog':false}}", "rekorPublicKey beside a transparencyLog" },
	{ "fulcio without its log", "{'type':'sigstoreSigned'," FULCIO ",'rekorPublicKeyPath':'/r','plomb':{'transparencyLog':false}}", "rekorPublicKey beside a transparencyLog" },
	{ "fulcio with a log that nobody named", "{'type':'sigstoreSigned'," FULCIO ",'plomb':{'transparencyLog':true}}", "fulcio needs a rekorPublicKey" },
	{ "fulcio with a certificate log that nobody named", "{'type':'sigstoreSigned'," FULCIO ",'rekorPublicKeyPath':'/r','plomb':{'certificateLog':true}}", "certificateLog beside fulcio" },
	{ "no trusted time", OWN WHO ",'transparencyLog':false}}", "plomb's identities without a log" },
	{ "unpublished certificates of public authorities", OWN WHO ",'certificateLog':false}}", "plomb's identities without a log" },
	{ "neither log", OWN WHO ",'transparencyLog':false,'certificateLog':false}}", "plomb's identities without a log" },
	{ "signatures without a name for an exact one", KEY ",'signedIdentity':{'type':'matchExact'},'plomb':{'acceptUnnamed':true}}", "acceptUnnamed needs" },
	{ "signatures without a name for a tag", KEY ",'plomb':{'acceptUnnamed':true}}", "acceptUnnamed needs" },
	{ "signatures without a name for another repository", KEY ",'signedIdentity':{'type':'exactRepository','dockerRepository':'app'},'plomb':{'acceptUnnamed':true}}", "acceptUnnamed needs" },
	{ "signatures without a name for a mirror", KEY ",'signedIdentity':{'type':'remapIdentity','prefix':'m.example','signedPrefix':'v.example'},'plomb':{'acceptUnnamed':true}}", "acceptUnnamed needs" }
};

/* Where a list can stand; the first is the one that is chosen. */
static const char *const places[] = {
	"{'default':[{'type':'reject'}],'transports':{'docker':{'registry.example':[%s]}}}",
	"{'default':[%s]}",
	"{'default':[%s],'transports':{'docker':{'registry.example':[{'type':'insecureAcceptAnything'}]}}}",
	"{'default':[{'type':'insecureAcceptAnything'}],'transports':{'docker':{'other.example':[%s]}}}",
	"{'default':[{'type':'insecureAcceptAnything'}],'transports':{'docker':{'':[%s],'registry.example':[{'type':'insecureAcceptAnything'}]}}}",
	"{'default':[{'type':'insecureAcceptAnything'}],'transports':{'docker-daemon':{'':[%s]}}}",
	"{'transports':{'dir':{'/x':[%s]}},'default':[{'type':'insecureAcceptAnything'}]}",
	"{'default':[{'type':'insecureAcceptAnything'},%s,{'type':'insecureAcceptAnything'}]}"
};

static void
test_good(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i ++) {
		plomb_policy_choice choice;
		plomb_status s;

		s = choose(json(places[0], good[i].requirement), IMAGE, &choice);
		if (s != PLOMB_OK) {
			fail_msg("%s: %s: %.*s", good[i].requirement, plomb_status_code(s), (int)detail.what.n, (const char *)detail.what.p);
		}
		assert_int_equal(choice.count, 1);
		if (strcmp(describe(&choice.list[0]), good[i].want) != 0) {
			fail_msg("%s: %s", good[i].requirement, said);
		}
		for (k = 1; k < sizeof places / sizeof places[0]; k ++) {
			assert_int_equal(choose(json(places[k], good[i].requirement), IMAGE, &choice), PLOMB_OK);
		}
	}
}

/* A list that is wrong spoils the file wherever it stands, and the refusal names the rule. */
static void
test_bad(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i ++) {
		for (k = 0; k < sizeof places / sizeof places[0]; k ++) {
			plomb_policy_choice choice;
			plomb_status s;

			s = choose(json(places[k], bad[i].requirement), IMAGE, &choice);
			if (s != PLOMB_POLICY_MALFORMED) {
				fail_msg("%s: place %zu: %s", bad[i].who, k, plomb_status_code(s));
			}
			if (!plomb_view_starts(detail.what, bad[i].what)) {
				fail_msg("%s: refused for another reason: %.*s", bad[i].who, (int)detail.what.n, (const char *)detail.what.p);
			}
		}
	}
}

/* ---------------------------------------------------------------------- file */

#define R "[{'type':'reject'}]"

static void
test_file(void **state)
{
	static const struct {
		const char *who, *file, *what; /* no rule: accepted */
	} rows[] = {
		{ "the least", "{'default':" R "}", NULL },
		{ "no transports", "{'default':" R ",'transports':{}}", NULL },
		{ "a transport without scopes", "{'default':" R ",'transports':{'docker':{}}}", NULL },
		{ "all transports", "{'default':" R ",'transports':{'docker':{'':" R "},'docker-daemon':{'':" R "},'atomic':{'':" R "},'containers-storage':{'':" R "},"
			"'dir':{'':" R "},'oci':{'':" R "},'oci-archive':{'':" R "},'sif':{'':" R "},'docker-archive':{'':" R "},'tarball':{'':" R "},'ostree':{'':" R "}}}", NULL },
		{ "blanks", " \t\r\n{ 'default' : " R " } \n", NULL },
		{ "an empty file", "", "not JSON" },
		{ "no object", "[]", "the policy file: a member" },
		{ "an object without anything", "{}", "there is no default" },
		{ "no default", "{'transports':{'docker':{'':" R "}}}", "there is no default" },
		{ "a default in capitals", "{'Default':" R "}", "the policy file: a member" },
		{ "an unknown member", "{'default':" R ",'version':2}", "the policy file: a member" },
		{ "a comment", "{'default':" R "} /* all */", "bytes follow" },
		{ "a comment as members", "{'_comment':'x','default':" R "}", "the policy file: a member" },
		{ "a comma too many", "{'default':" R ",}", "not JSON" },
		{ "single values", "{'default':'reject'}", "a list of requirements" },
		{ "an object for a list", "{'default':{'type':'reject'}}", "a list of requirements" },
		{ "a default that is empty", "{'default':[]}", "a list of requirements" },
		{ "a default that is null", "{'default':null}", "the policy file: a member" },
		{ "two defaults", "{'default':" R ",'default':[{'type':'insecureAcceptAnything'}]}", "a JSON object has the same member twice" },
		{ "two defaults, one escaped", "{'default':" R ",'\\u0064efault':[{'type':'insecureAcceptAnything'}]}", "a JSON object has the same member twice" },
		{ "two types", "{'default':[{'type':'reject','type':'insecureAcceptAnything'}]}", "a JSON object has the same member twice" },
		{ "two scopes", "{'default':" R ",'transports':{'docker':{'a.example':" R ",'a.example':[{'type':'insecureAcceptAnything'}]}}}", "a JSON object has the same member twice" },
		{ "two scopes, one escaped", "{'default':" R ",'transports':{'docker':{'a.example':" R ",'a\\u002eexample':[{'type':'insecureAcceptAnything'}]}}}", "a JSON object has the same member twice" },
		{ "two transports", "{'default':" R ",'transports':{'docker':{},'docker':{}}}", "a JSON object has the same member twice" },
		{ "two files", "{'default':" R "}{'default':" R "}", "bytes follow" },
		{ "transports that are null", "{'default':" R ",'transports':null}", "the policy file: a member" },
		{ "transports as a list", "{'default':" R ",'transports':[]}", "transports that are no object" },
		{ "a transport that is null", "{'default':" R ",'transports':{'docker':null}}", "a transport that is no object" },
		{ "a transport as a list", "{'default':" R ",'transports':{'docker':" R "}}", "a transport that is no object" },
		{ "a transport that nobody knows", "{'default':" R ",'transports':{'podman':{'':" R "}}}", "an unknown transport" },
		{ "a typing error, and nothing is rejected", "{'default':[{'type':'insecureAcceptAnything'}],'transports':{'dokcer':{'':" R "}}}", "an unknown transport" },
		{ "a transport in capitals", "{'default':" R ",'transports':{'Docker':{}}}", "an unknown transport" },
		{ "a transport with its colon", "{'default':" R ",'transports':{'docker:':{}}}", "an unknown transport" },
		{ "a transport in escapes", "{'default':" R ",'transports':{'d\\u006fcker':{}}}", "an unknown transport" },
		{ "a transport without a name", "{'default':" R ",'transports':{'':{}}}", "an unknown transport" },
		{ "a scope that is empty", "{'default':" R ",'transports':{'docker':{'a.example':[]}}}", "a list of requirements" },
		{ "a scope that is null: the default", "{'default':" R ",'transports':{'docker':{'a.example':null}}}", "a list of requirements" },
		{ "a scope as a word", "{'default':" R ",'transports':{'docker':{'a.example':'reject'}}}", "a list of requirements" },
		{ "a list that is empty in another transport", "{'default':" R ",'transports':{'dir':{'':[]}}}", "a list of requirements" },
		{ "a NUL in a scope", "{'default':" R ",'transports':{'docker':{'a.example\\u0000':" R "}}}", "a scope that no image" },
		{ "not UTF-8", "{'default':" R ",'transports':{'docker':{'\xFF':" R "}}}", "not JSON" },
		{ "a byte order mark", "\xEF\xBB\xBF{'default':" R "}", "not JSON" },
		{ "an abyss", "{'default':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", "not JSON" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_policy_choice choice;
		plomb_status s;

		s = choose(json("%s", rows[i].file), IMAGE, &choice);
		if (s != (rows[i].what == NULL ? PLOMB_OK : PLOMB_POLICY_MALFORMED)) {
			fail_msg("%s: %s", rows[i].who, plomb_status_code(s));
		}
		if (rows[i].what != NULL && !plomb_view_starts(detail.what, rows[i].what)) {
			fail_msg("%s: refused for another reason: %.*s", rows[i].who, (int)detail.what.n, (const char *)detail.what.p);
		}
		if (rows[i].what == NULL) {
			assert_string_equal(describe(&choice.list[0]), "reject");
		}
	}
}

/* The refusal shows the very word that is not known. */
static void
test_detail(void **state)
{
	static const struct {
		const char *file, *got;
	} rows[] = {
		{ "{'default':" R ",'versoin':1}", "versoin" },
		{ "{'default':" R ",'transports':null}", "transports" },
		{ "{'default':[{'type':'sigstoreSigned','keyPath':'/k','keyPth':'/l'}]}", "keyPth" },
		{ "{'default':[{'type':'sigstoreSigned','keyPath':null,'keyData':'a2V5'}]}", "keyPath" },
		{ "{'default':[{'type':'sigstoreSigned','keyPath':'/k','plomb':{'annotationsRegexp':{'a':'x('}}}]}", "x(" },
		{ "{'default':" R ",'transports':{'docker':{'busybox':" R "}}}", "busybox" },
		{ "{'default':" R ",'transports':{'dokcer':{}}}", "dokcer" },
		{ "{'default':[]}", "[]" },
		{ "{'default':[1]}", "1" }
	};
	plomb_policy_choice choice;
	plomb_ctx silent;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		assert_int_equal(choose(json("%s", rows[i].file), IMAGE, &choice), PLOMB_POLICY_MALFORMED);
		if (!plomb_view_is(detail.got, rows[i].got)) {
			fail_msg("%s: %.*s", rows[i].file, (int)detail.got.n, (const char *)detail.got.p);
		}
		/* Nobody has to want to know it. */
		silent = ctx;
		silent.detail = NULL;
		plomb_work_init(&work, buffer, sizeof buffer);
		assert_int_equal(plomb_policy_choose(&silent, json("%s", rows[i].file), &(plomb_image_name){ PLOMB_LIT("a.example/b"), { NULL, 0 }, { NULL, 0 } }, &choice),
			PLOMB_POLICY_MALFORMED);
	}
}

/* -------------------------------------------------------------------- scopes */

static void
test_scopes(void **state)
{
	static const struct {
		const char *transport, *scope;
		int good;
	} rows[] = {
		{ "docker", "", 1 }, { "docker", "registry.example", 1 }, { "docker", "registry.example:5000", 1 }, { "docker", "localhost", 1 },
		{ "docker", "localhost:5000/app", 1 }, { "docker", "registry.example/acme", 1 }, { "docker", "registry.example/acme/app:1", 1 },
		{ "docker", "registry.example/acme/app" D, 1 }, { "docker", "docker.io", 1 }, { "docker", "docker.io/library", 1 },
		{ "docker", "docker.io/library/busybox", 1 }, { "docker", "docker.io/library/busybox:latest", 1 }, { "docker", "docker.io/acme", 1 },
		{ "docker", "*.example", 1 }, { "docker", "*.registry.example", 1 }, { "docker", "*.io", 1 }, { "docker", "[::1]:5000/app", 1 },
		/* Rules that no image would ever meet. */
		{ "docker", "busybox", 0 }, { "docker", "busybox:latest", 0 }, { "docker", "acme/app", 0 }, { "docker", "library/busybox", 0 },
		{ "docker", "library", 0 }, { "docker", "docker.io/busybox:latest", 0 }, { "docker", "docker.io/busybox" D, 0 },
		{ "docker", "index.docker.io/library/busybox", 0 }, { "docker", "index.docker.io", 0 }, { "docker", "docker://registry.example/app", 0 },
		{ "docker", "https://registry.example", 0 }, { "docker", "registry.example/", 0 }, { "docker", "/registry.example", 0 },
		{ "docker", "registry.example//app", 0 }, { "docker", "registry.example/app:", 0 }, { "docker", "registry.example/app@", 0 },
		{ "docker", "registry.example/app:1" D, 0 }, { "docker", "registry.example/app@sha256:0123", 0 }, { "docker", "registry.example/App", 0 },
		{ "docker", "Registry.example", 0 }, { "docker", "registry.example/my app", 0 }, { "docker", " registry.example", 0 },
		{ "docker", "registry.example:", 0 }, { "docker", "registry.example:0/app", 0 }, { "docker", "registry.example:99999", 0 },
		{ "docker", "registry.example/*", 0 }, { "docker", "registry.example/acme*", 0 }, { "docker", "*", 0 }, { "docker", "*.", 0 },
		{ "docker", "*.*.example", 0 }, { "docker", "**.example", 0 }, { "docker", "registry*.example", 0 }, { "docker", ".example", 0 },
		{ "docker", "*.example:5000", 0 }, { "docker", "*.example/acme", 0 }, { "docker", "*.Example", 0 }, { "docker", "*.example.", 0 },
		{ "docker", "..", 0 }, { "docker", "registry.example/..", 0 }, { "docker", "default", 0 },
		/* Without effect, and read all the same. */
		{ "docker-daemon", "docker.io/library/busybox:1", 1 }, { "docker-daemon", "sha256:" HEX, 0 }, { "docker-daemon", "busybox", 0 },
		{ "atomic", "registry.example", 1 }, { "atomic", "registry.example:5000/ns", 1 }, { "atomic", "registry.example/ns/stream", 1 },
		{ "atomic", "registry.example/ns/stream:tag", 1 }, { "atomic", "*.example", 1 }, { "atomic", "registry.example/ns:tag", 0 },
		{ "atomic", "registry.example/a/b/c", 0 }, { "atomic", "registry.example/a/b/c:tag", 0 }, { "atomic", "ns/stream:tag", 0 }, { "atomic", "registry.example/ns/", 0 },
		{ "dir", "/", 0 }, { "dir", "/a", 1 }, { "dir", "/a/b.c/..d", 1 }, { "dir", "a", 0 }, { "dir", "/a/", 0 }, { "dir", "/a//b", 0 },
		{ "dir", "/a/./b", 0 }, { "dir", "/a/../b", 0 }, { "dir", "/..", 0 }, { "dir", "/.", 0 },
		{ "oci", "/var/images", 1 }, { "oci", "var/images", 0 }, { "oci-archive", "/var/image.tar", 1 }, { "oci-archive", "/", 0 },
		{ "sif", "/var/image.sif", 1 }, { "sif", "image.sif", 0 },
		{ "docker-archive", "", 1 }, { "docker-archive", "/var/image.tar", 0 }, { "tarball", "", 1 }, { "tarball", "x", 0 },
		{ "ostree", "anything", 1 },
		{ "containers-storage", "[/var/lib/containers]", 1 }, { "containers-storage", "[overlay@/var/lib/containers]", 1 },
		{ "containers-storage", "[overlay@/v]docker.io/library", 1 }, { "containers-storage", "[/v]docker.io/library/busybox:1", 1 },
		{ "containers-storage", "[/v]@" HEX, 1 }, { "containers-storage", "[/v]docker.io/library/busybox@" HEX, 1 },
		{ "containers-storage", "[/v]docker.io/library/busybox" D, 1 }, { "containers-storage", "[/v]docker.io/library/busybox:1" D "@" HEX, 1 },
		{ "containers-storage", "docker.io/library/busybox", 0 }, { "containers-storage", "[/v", 0 }, { "containers-storage", "[]", 0 },
		{ "containers-storage", "[v]", 0 }, { "containers-storage", "[overlay@v]", 0 }, { "containers-storage", "[overlay@]", 0 },
		{ "containers-storage", "[@/v]", 0 }, { "containers-storage", "[/v]busybox", 0 }, { "containers-storage", "[/v]@", 0 },
		{ "containers-storage", "[/v]docker.io/library/busybox@0123", 0 }, { "containers-storage", "[/v]docker.io/library/busybox@sha256:0123", 0 },
		{ "containers-storage", "[/v]docker.io/library/busybox@" HEX D, 0 }, { "containers-storage", "[/v]docker.io/library/busybox" D "@0123", 0 },
		{ "containers-storage", "[/v]docker.io/library/busybox" D D, 0 }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_policy_choice choice;
		char file[1024];
		plomb_status s;

		(void)snprintf(file, sizeof file, "{'default':" R ",'transports':{'%s':{'%s':" R "}}}", rows[i].transport, rows[i].scope);
		s = choose(json("%s", file), IMAGE, &choice);
		if (s != (rows[i].good ? PLOMB_OK : PLOMB_POLICY_MALFORMED)
			|| (!rows[i].good && (!plomb_view_is(detail.got, rows[i].scope) || !plomb_view_starts(detail.what, "a scope that no image"))))
		{
			fail_msg("%s %s: %s", rows[i].transport, rows[i].scope, plomb_status_code(s));
		}
	}
}

/* ---------------------------------------------------------------- the choice */

/* Of scopes with blanks between, each with a key of its own name ("-" is the empty one): the name of the key that the image gets. */
static const char *
chosen(const char *scopes, const char *image)
{
	static char answer[600];
	plomb_policy_choice choice;
	char file[4096];
	size_t n, i;
	int is_first = 1;

	n = (size_t)snprintf(file, sizeof file, "{'default':[{'type':'sigstoreSigned','keyPath':'default'}],'transports':{'docker':{");
	for (i = 0; scopes[i] != '\0'; i ++) {
		size_t length;

		if (scopes[i] == ' ') {
			continue;
		}
		length = strcspn(scopes + i, " ");
		if (strncmp(scopes + i, "-", length) == 0) {
			n += (size_t)snprintf(file + n, sizeof file - n, "%s'':[{'type':'sigstoreSigned','keyPath':'transport'}]", is_first ? "" : ",");
		} else {
			n += (size_t)snprintf(file + n, sizeof file - n, "%s'%.*s':[{'type':'sigstoreSigned','keyPath':'%.*s'}]", is_first ? "" : ",",
				(int)length, scopes + i, (int)length, scopes + i);
		}
		is_first = 0;
		i += length - 1;
	}
	n += (size_t)snprintf(file + n, sizeof file - n, "}}}");
	assert_true(n < sizeof file);
	assert_int_equal(choose(json("%s", file), image, &choice), PLOMB_OK);
	assert_int_equal(choice.count, 1);
	(void)snprintf(answer, sizeof answer, "%.*s", (int)choice.list[0].keys[0].path.n, (const char *)choice.list[0].keys[0].path.p);
	/* Where it stands is said, too. */
	if (strcmp(answer, "default") == 0 || strcmp(answer, "transport") == 0) {
		assert_string_equal(choice.scope_kind, answer);
		assert_int_equal(choice.scope.n, 0);
	} else {
		assert_string_equal(choice.scope_kind, "scope");
		assert_true(plomb_view_is(choice.scope, answer));
	}
	return answer;
}

static void
test_choice(void **state)
{
	static const struct {
		const char *who, *scopes, *image, *want;
	} rows[] = {
		{ "nothing fits", "other.example", "r.example/a/b:1", "default" },
		{ "no scopes", "", "r.example/a/b:1", "default" },
		{ "the transport's own", "- other.example", "r.example/a/b:1", "transport" },
		{ "the host", "- r.example", "r.example/a/b:1", "r.example" },
		{ "a namespace", "- r.example r.example/a", "r.example/a/b:1", "r.example/a" },
		{ "the repository", "r.example r.example/a/b r.example/a", "r.example/a/b:1", "r.example/a/b" },
		{ "the tag", "r.example/a/b:1 r.example/a/b r.example/a", "r.example/a/b:1", "r.example/a/b:1" },
		{ "the digest", "r.example/a/b r.example/a/b" D, "r.example/a/b" D, "r.example/a/b" D },
		{ "another tag", "r.example/a/b:2 r.example", "r.example/a/b:1", "r.example" },
		{ "a tag that begins like it", "r.example/a/b:1", "r.example/a/b:10", "default" },
		{ "a tag says nothing about a digest", "r.example/a/b:1", "r.example/a/b" D, "default" },
		{ "no tag is the latest", "r.example/a/b:latest r.example/a/b", "r.example/a/b", "r.example/a/b:latest" },
		{ "a digest is not the latest", "r.example/a/b:latest r.example/a/b", "r.example/a/b" D, "r.example/a/b" },
		{ "the digest before the tag", "r.example/a/b:1 r.example/a/b" D, "r.example/a/b:1" D, "r.example/a/b" D },
		{ "the tag beside a digest", "r.example/a/b:1 r.example/a/b", "r.example/a/b:1" D, "r.example/a/b:1" },
		{ "a deep path", "r.example/a r.example/a/b/c", "r.example/a/b/c/d/e:1", "r.example/a/b/c" },
		/* What only begins like it. */
		{ "a repository that begins like it", "r.example/a/b", "r.example/a/bc:1", "default" },
		{ "a namespace that begins like it", "r.example/a", "r.example/ab/c:1", "default" },
		{ "a host that begins like it", "r.example", "r.example.evil/a:1", "default" },
		{ "a host that ends like it", "r.example", "evil.r.example/a:1", "default" },
		{ "a longer one than the image", "r.example/a/b/c", "r.example/a/b:1", "default" },
		{ "the same path elsewhere", "r.example/a/b", "s.example/a/b:1", "default" },
		/* Ports are a part of the host's name. */
		{ "a port", "r.example r.example:5000", "r.example:5000/a:1", "r.example:5000" },
		{ "a host without the port", "r.example", "r.example:5000/a:1", "default" },
		{ "another port", "r.example:5000", "r.example:5001/a:1", "default" },
		{ "a port that nobody asked for", "r.example:443", "r.example/a:1", "default" },
		{ "https's port where it is the scope's", "r.example:443 r.example", "r.example:443/a:1", "r.example:443" },
		{ "https's port with no scope for its host", "s.example -", "r.example:443/a:1", "transport" },
		{ "a port that ends like https's", "r.example", "r.example:1443/a:1", "default" },
		{ "a host that ends like https's port", "r.example", "r.example.443/a:1", "default" },
		/* Docker Hub. */
		{ "a short name", "docker.io docker.io/library/busybox", "busybox", "docker.io/library/busybox" },
		{ "a short name in its namespace", "docker.io docker.io/library", "busybox:1", "docker.io/library" },
		{ "a short name with a namespace", "docker.io/acme docker.io/library", "acme/app", "docker.io/acme" },
		{ "cosign's name of it", "docker.io/library/busybox", "index.docker.io/library/busybox:1", "docker.io/library/busybox" },
		{ "a namespace that looks like an image", "docker.io/busybox docker.io/library", "busybox:1", "docker.io/library" },
		{ "and is a namespace", "docker.io/busybox docker.io/library", "busybox/app:1", "docker.io/busybox" },
		{ "localhost is a host", "localhost docker.io", "localhost/a:1", "localhost" },
		{ "others without a dot are none", "localhost docker.io", "notlocalhost/a:1", "docker.io" },
		/* Wildcards. */
		{ "a wildcard", "*.example", "r.example/a:1", "*.example" },
		{ "the longer wildcard", "*.example *.r.example", "s.r.example/a:1", "*.r.example" },
		{ "the shorter wildcard", "*.example *.s.example", "s.r.example/a:1", "*.example" },
		{ "a host before a wildcard", "*.example r.example", "r.example/a:1", "r.example" },
		{ "a wildcard before the transport's own", "- *.example", "r.example/a:1", "*.example" },
		{ "a wildcard without the port", "*.example", "r.example:5000/a:1", "*.example" },
		{ "a wildcard is not for the host itself", "*.r.example -", "r.example/a:1", "transport" },
		{ "a wildcard that ends like it", "*.ample", "r.example/a:1", "default" },
		{ "a wildcard for Docker Hub", "*.io", "busybox", "*.io" },
		{ "a wildcard for an address's end, as there", "*.0.0.1", "127.0.0.1:5000/a:1", "*.0.0.1" },
		{ "no wildcard for a name without dots", "*.localhost", "localhost:5000/a:1", "default" },
		{ "no wildcard for an IPv6 address", "*.0.0.1", "[::ffff:127.0.0.1]:5000/a:1", "default" },
		{ "an IPv6 address", "[::1]:5000/a", "[::1]:5000/a:1", "[::1]:5000/a" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		const char *got;

		got = chosen(rows[i].scopes, rows[i].image);
		if (strcmp(got, rows[i].want) != 0) {
			fail_msg("%s: %s for %s: got %s, wanted %s", rows[i].who, rows[i].scopes, rows[i].image, got, rows[i].want);
		}
	}
}

/* A second spelling of a registry must not lead past its scope to a milder one. */
static void
test_evasion(void **state)
{
	static const struct {
		const char *who, *scopes, *image, *want;
	} rows[] = {
		{ "https's port", "r.example -", "r.example:443/a:1", "r.example" },
		{ "https's port, and a repository", "r.example/a", "r.example:443/a/b:1", "r.example/a" },
		{ "https's port, and a tag", "r.example/a:1", "r.example:443/a:1", "r.example/a:1" },
		{ "https's port of an address", "[::1]", "[::1]:443/a:1", "[::1]" },
		{ "a wildcard is milder than the host", "*.example r.example", "r.example:443/a:1", "r.example" },
		{ "Docker Hub's host", "docker.io", "registry-1.docker.io/library/busybox:1", "docker.io" },
		{ "Docker Hub's host, and a repository", "docker.io/acme *.docker.io", "registry-1.docker.io/acme/app:1", "docker.io/acme" },
		{ "Docker Hub's host with the port", "registry-1.docker.io", "registry-1.docker.io:443/a:1", "registry-1.docker.io" },
		{ "Docker Hub's host with the port, both", "docker.io", "registry-1.docker.io:443/a:1", "docker.io" }
	};
	plomb_policy_choice choice;
	char file[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		const char *from = rows[i].scopes;
		size_t n;

		n = (size_t)snprintf(file, sizeof file, "{'default':[{'type':'insecureAcceptAnything'}],'transports':{'docker':{");
		while (*from != 0) {
			size_t length = strcspn(from, " ");

			n += (size_t)snprintf(file + n, sizeof file - n, "%s'%.*s':[{'type':'insecureAcceptAnything'},{'type':'insecureAcceptAnything'}]",
				from == rows[i].scopes ? "" : ",", strncmp(from, "-", length) == 0 ? 0 : (int)length, from);
			from += length + (from[length] == ' ');
		}
		(void)snprintf(file + n, sizeof file - n, "}}}");
		assert_int_equal(choose(json("%s", file), rows[i].image, &choice), PLOMB_OK);
		if (strcmp(choice.scope_kind, "evaded") != 0 || !plomb_view_is(choice.scope, rows[i].want) || choice.count != 1
			|| strcmp(describe(&choice.list[0]), "reject") != 0)
		{
			fail_msg("%s: %s %.*s", rows[i].who, choice.scope_kind, (int)choice.scope.n, (const char *)choice.scope.p);
		}
	}
}

/* Other transports' scopes are nobody's here, not even with the same names. */
static void
test_other_transports(void **state)
{
	plomb_policy_choice choice;

	(void)state;
	assert_int_equal(choose(json("{'default':" R ",'transports':{'docker-daemon':{'':[{'type':'insecureAcceptAnything'}],'%s':[{'type':'insecureAcceptAnything'}]}}}",
		"registry.example/acme/app:1"), IMAGE, &choice), PLOMB_OK);
	assert_string_equal(choice.scope_kind, "default");
	assert_string_equal(describe(&choice.list[0]), "reject");
}

/* All of a list, in its order. */
static void
test_list(void **state)
{
	plomb_policy_choice choice;

	(void)state;
	assert_int_equal(choose(json("{'default':[" KEY "},{'type':'insecureAcceptAnything'},{'type':'sigstoreSigned','keyPath':'/l','signedIdentity':{'type':'matchExact'}},%s]}",
		"{'type':'reject'}"), IMAGE, &choice), PLOMB_OK);
	assert_int_equal(choice.count, 4);
	assert_string_equal(describe(&choice.list[0]), "key key=/k log no ct no");
	assert_string_equal(describe(&choice.list[1]), "nothing");
	/* Nothing of one gets into the next. */
	assert_string_equal(describe(&choice.list[2]), "key key=/l matchExact log no ct no");
	assert_string_equal(describe(&choice.list[3]), "reject");
}

/* ------------------------------------------------------------------ ceilings */

/* Write count items between two brackets of the file. */
static plomb_view
many(const char *before, const char *item, size_t count, const char *behind)
{
	plomb_view view;
	size_t i, n;

	view = json("%s", before);
	n = view.n;
	for (i = 0; i < count; i ++) {
		n += (size_t)snprintf(text + n, sizeof text - n, "%s", i == 0 ? "" : ",");
		n += (size_t)snprintf(text + n, sizeof text - n, item, i);
	}
	n += (size_t)snprintf(text + n, sizeof text - n, "%s", behind);
	assert_true(n < sizeof text);
	view.n = n;
	for (i = 0; i < n; i ++) {
		if (text[i] == '\'') {
			text[i] = '"';
		}
	}
	return view;
}

static void
test_ceilings(void **state)
{
	static const struct {
		const char *before, *item, *behind;
		size_t most;
	} rows[] = {
		{ "{'default':[", "{'type':'reject'}", "]}", PLOMB_MAX_REQUIREMENTS },
		{ "{'default':[{'type':'sigstoreSigned','keyPaths':[", "'/k%zu'", "]}]}", PLOMB_MAX_POLICY_ITEMS },
		{ "{'default':[{'type':'sigstoreSigned','keyDatas':[", "'a2V5'", "]}]}", PLOMB_MAX_POLICY_ITEMS },
		{ "{'default':[" KEY ",'rekorPublicKeyPaths':[", "'/r%zu'", "]}]}", PLOMB_MAX_POLICY_ITEMS },
		{ "{'default':[{'type':'signedBy','keyType':'GPGKeys','keyPaths':[", "'/k%zu'", "]}]}", PLOMB_MAX_POLICY_ITEMS },
		{ "{'default':[" KEY ",'plomb':{'annotations':{", "'a%zu':'x'", "}}}]}", PLOMB_MAX_POLICY_ITEMS },
		{ "{'default':[" KEY ",'plomb':{'annotationsRegexp':{", "'a%zu':'x'", "}}}]}", PLOMB_MAX_POLICY_ITEMS },
		{ "{'default':[" OWN WHO ",'extensions':{", "'1.2.3.%zu':'x'", "}}}]}", PLOMB_MAX_POLICY_ITEMS },
		{ "{'default':[" OWN "'identities':[", "{'identity':'a%zu','issuer':'i'}", "]}}]}", PLOMB_MAX_POLICY_ITEMS }
	};
	plomb_policy_choice choice;
	plomb_view large;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		assert_int_equal(choose(many(rows[i].before, rows[i].item, rows[i].most, rows[i].behind), IMAGE, &choice), PLOMB_OK);
		memset(&detail, 0, sizeof detail);
		if (choose(many(rows[i].before, rows[i].item, rows[i].most + 1, rows[i].behind), IMAGE, &choice) != PLOMB_LIMIT_EXCEEDED || detail.what.n == 0) {
			fail_msg("%s", rows[i].before);
		}
	}
	/* Blanks behind it until it is too large. */
	large = json("{'default':" R "}%s", "");
	memset(text + large.n, ' ', PLOMB_MAX_POLICY_BYTES + 1 - large.n);
	large.n = PLOMB_MAX_POLICY_BYTES;
	assert_int_equal(choose(large, IMAGE, &choice), PLOMB_OK);
	large.n ++;
	assert_int_equal(choose(large, IMAGE, &choice), PLOMB_LIMIT_EXCEEDED);
	assert_true(detail.what.n != 0);
}

/* What is read only to be checked takes no memory for long. */
static void
test_many_scopes(void **state)
{
	static char list[1024];
	plomb_policy_choice choice;
	size_t i, n;

	(void)state;
	n = (size_t)snprintf(list, sizeof list, "'s%%zu.example':[{'type':'reject'}");
	for (i = 1; i < PLOMB_MAX_REQUIREMENTS; i ++) {
		n += (size_t)snprintf(list + n, sizeof list - n, ",{'type':'reject'}");
	}
	(void)snprintf(list + n, sizeof list - n, "]");
	assert_int_equal(choose(many("{'default':" R ",'transports':{'docker':{", list, 500, "}}}"), "s499.example/a:1", &choice), PLOMB_OK);
	assert_true(plomb_view_is(choice.scope, "s499.example") && choice.count == PLOMB_MAX_REQUIREMENTS);
}

/* With ever more memory, until it is enough: too little is said, and never reads as another answer. */
static void
try_sizes(plomb_view file, const plomb_image_name *name, size_t count, size_t step)
{
	size_t size, refused;

	refused = 0;
	for (size = 0; size < 65536; size += step) {
		plomb_policy_choice choice;
		unsigned char *memory;
		plomb_status s;

		memory = malloc(size + 1);
		plomb_work_init(&work, memory, size);
		s = plomb_policy_choose(&ctx, file, name, &choice);
		if (s == PLOMB_OK) {
			assert_int_equal(choice.count, count);
			assert_int_equal(choice.list[count - 1].type, PLOMB_REQUIRE_REJECT);
		}
		free(memory);
		if (s == PLOMB_OK) {
			break;
		}
		if (s != PLOMB_NO_ROOM) {
			fail_msg("%zu bytes: %s", size, plomb_status_code(s));
		}
		refused ++;
	}
	assert_true(refused > 10 && size < 65536);
}

static void
test_room(void **state)
{
	static const plomb_image_name short_name = { PLOMB_LIT("registry.example/app"), PLOMB_LIT("1"), { NULL, 0 } };
	static const char *const requirements[] = {
		"{'type':'sigstoreSigned','keyPaths':['/k','\\u002fl'],'rekorPublicKeyDatas':['bG9n'],'signedIdentity':{'type':'remapIdentity','prefix':'m.example','signedPrefix':'v.\\u0065xample'},"
			"'plomb':{'annotations':{'a':'\\u0062'},'annotationsRegexp':{'c':'d+'}}}",
		"{'type':'sigstoreSigned','keyData':'a2V\\u0035','signedIdentity':{'type':'exactReference','dockerReference':'app\\u003a1'}}",
		"{'type':'sigstoreSigned','fulcio':{'caData':'Y2E=','oidcIssuer':'\\u0069','subjectEmail':'\\u0065'},'rekorPublicKeyPath':'\\u0072','plomb':{'extensionsRegexp':{'issuer-v2':'x'}}}",
		"{'type':'sigstoreSigned','pki':{'caRootsData':'Y2E=','caIntermediatesData':'Y2E=','subjectEmail':'\\u0065','subjectHostname':'\\u0065'}}",
		OWN "'identityRegexp':'a\\u002b','issuerRegexp':'b\\u002b','trustedRoot':'\\u002f','extensions':{'issuer-v2':'\\u0078'}}}",
		OWN "'identities':[{'identity':'\\u0061','issuer':'\\u0062'}]}}"
	};
	plomb_image_name long_name;
	char part[1200], image[2500];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof requirements / sizeof requirements[0]; i ++) {
		try_sizes(json("{'default':[%s,{'type':'reject'}],'transports':{'docker':{'other\\u002eexample':" R ",'*.evil.example':" R "}}}", requirements[i]), &short_name, 2, 8);
	}
	/* Long names, which need more than the lists. */
	memset(part, 'a', 250);
	part[250] = '\0';
	(void)snprintf(image, sizeof image, "%s.example/%s", part, part);
	long_name = short_name;
	long_name.repository = plomb_view_of(image);
	try_sizes(json("{'default':" R ",'transports':{'docker':{'b.example':" R "}}}%s", ""), &long_name, 1, 1);
	try_sizes(json("{'default':" R ",'transports':{'docker':{'*.%s':" R "}}}", part), &short_name, 1, 1);
	try_sizes(json("{'default':" R ",'transports':{'docker':{'b.example/%s':" R "}}}", part), &short_name, 1, 1);
	part[245] = '\0';
	try_sizes(json("{'default':" R ",'transports':{'docker':{'b.example/%s:1':" R "}}}", part), &short_name, 1, 1);
	memcpy(part + 245, "\\u0061", 7);
	try_sizes(json("{'default':" R ",'transports':{'docker':{'b.example/%s':" R "}}}", part), &short_name, 1, 1);
}

/* ------------------------------------------------------------ whole examples */

/* As a machine is found that somebody has looked after; in the form of the manual's examples. */
static const char locked_down[] =
	"{'default':[{'type':'reject'}],'transports':{"
	"'docker':{"
	"'docker.io/openshift':[{'type':'insecureAcceptAnything'}],"
	"'docker.io/library/busybox':[{'type':'insecureAcceptAnything'}],"
	"'*.build.example.com':[{'type':'insecureAcceptAnything'}],"
	"'reg.example.com:5000/signed/names':[{'type':'sigstoreSigned','keyPath':'/etc/keys/a.pub'}],"
	"'reg.example.com:5000/signed/fulcio':[{'type':'sigstoreSigned','fulcio':{'caPath':'/etc/keys/fulcio.pem','oidcIssuer':'https://login.example.com/oauth','subjectEmail':'release@example.com'},"
	"'rekorPublicKeyPath':'/etc/keys/rekor.pub'}],"
	"'reg.example.com:5000/signed/pki':[{'type':'sigstoreSigned','pki':{'caRootsPath':'/etc/keys/roots.pem','caIntermediatesPath':'/etc/keys/inter.pem','subjectHostname':'signer.example.com','subjectEmail':'s@example.com'}}],"
	"'reg.example.com:5000/signed/cosign':[{'type':'sigstoreSigned','keyPath':'/etc/keys/a.pub','signedIdentity':{'type':'matchRepository'}}],"
	"'reg.example.com:5000/signed/gitlab':[{'type':'sigstoreSigned','signedIdentity':{'type':'matchRepository'},'plomb':{'identityRegexp':'^https://gitlab[.]example[.]com/acme/','issuer':'https://gitlab.example.com',"
	"'extensions':{'runner-environment':'self-hosted'},'annotations':{'env':'prod'},'acceptUnnamed':true}}]},"
	"'dir':{'':[{'type':'insecureAcceptAnything'}]},"
	"'atomic':{'reg.example.com:5000/ns/official':[{'type':'signedBy','keyType':'GPGKeys','keyPath':'/etc/keys/official.gpg'}],"
	"'reg.example.com:5000/vendor/product':[{'type':'signedBy','keyType':'GPGKeys','keyPath':'/etc/keys/vendor.gpg','signedIdentity':{'type':'exactRepository','dockerRepository':'vendor.example/product/repository'}},"
	"{'type':'signedBy','keyType':'GPGKeys','keyPath':'/etc/keys/reviewer.gpg'}],"
	"'mirror.example:5000/vendor':[{'type':'signedBy','keyType':'GPGKeys','keyPath':'/etc/keys/vendor.gpg','signedIdentity':{'type':'remapIdentity','prefix':'mirror.example:5000/vendor','signedPrefix':'vendor.example.com'}}]}}}";

/* In the form in which distributions install it: everything, and a vendor's own images signed with GPG. */
static const char as_installed[] =
	"{\n    'default': [\n        {\n            'type': 'insecureAcceptAnything'\n        }\n    ],\n    'transports':\n        {\n            'docker-daemon':\n"
	"                {\n                    '': [{'type':'insecureAcceptAnything'}]\n                }\n        }\n}\n";
static const char as_installed_by_vendor[] =
	"{'default':[{'type':'insecureAcceptAnything'}],'transports':{'docker':{"
	"'registry.vendor.example':[{'type':'signedBy','keyType':'GPGKeys','keyPaths':['/etc/pki/release.gpg','/etc/pki/beta.gpg']}],"
	"'registry.vendor.io':[{'type':'signedBy','keyType':'GPGKeys','keyPaths':['/etc/pki/release.gpg','/etc/pki/beta.gpg']}]},"
	"'docker-daemon':{'':[{'type':'insecureAcceptAnything'}]}}}";

static void
test_examples(void **state)
{
	static const struct {
		const char *file, *image, *where, *want;
	} rows[] = {
		{ locked_down, "docker.io/openshift/origin:v3", "docker.io/openshift", "nothing" },
		{ locked_down, "busybox", "docker.io/library/busybox", "nothing" },
		{ locked_down, "alpine", "default", "reject" },
		{ locked_down, "ci.build.example.com/app:1", "*.build.example.com", "nothing" },
		{ locked_down, "build.example.com/app:1", "default", "reject" },
		{ locked_down, "reg.example.com:5000/signed/names:1", "reg.example.com:5000/signed/names", "key key=/etc/keys/a.pub log no ct no" },
		{ locked_down, "reg.example.com/signed/names:1", "default", "reject" },
		{ locked_down, "reg.example.com:5000/signed/fulcio:1", "reg.example.com:5000/signed/fulcio",
			"fulcio ca=/etc/keys/fulcio.pem issuer=https://login.example.com/oauth email=release@example.com log=/etc/keys/rekor.pub log yes ct no" },
		{ locked_down, "reg.example.com:5000/signed/pki:1", "reg.example.com:5000/signed/pki", "pki" },
		{ locked_down, "reg.example.com:5000/signed/cosign" D, "reg.example.com:5000/signed/cosign", "key key=/etc/keys/a.pub matchRepository log no ct no" },
		{ locked_down, "reg.example.com:5000/signed/gitlab/sub/app:1", "reg.example.com:5000/signed/gitlab",
			"identity { identity~=^https://gitlab[.]example[.]com/acme/ issuer=https://gitlab.example.com extension.runner-environment=self-hosted }"
			" annotation.env=prod matchRepository log yes ct yes unnamed" },
		{ locked_down, "reg.example.com:5000/ns/official:1", "default", "reject" },
		{ as_installed, "busybox", "default", "nothing" },
		{ as_installed_by_vendor, "busybox", "default", "nothing" },
		{ as_installed_by_vendor, "registry.vendor.io/ubi/app:9", "registry.vendor.io", "gpg" },
		{ "{'default':[{'type':'insecureAcceptAnything'}]}", "busybox", "default", "nothing" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_policy_choice choice;
		plomb_status s;

		s = choose(json("%s", rows[i].file), rows[i].image, &choice);
		if (s != PLOMB_OK) {
			fail_msg("%s: %s: %.*s", rows[i].image, plomb_status_code(s), (int)detail.what.n, (const char *)detail.what.p);
		}
		assert_int_equal(choice.count, 1);
		if (strcmp(describe(&choice.list[0]), rows[i].want) != 0
			|| !plomb_view_is(choice.scope, strcmp(rows[i].where, "default") == 0 ? "" : rows[i].where))
		{
			fail_msg("%s: %.*s: %s", rows[i].image, (int)choice.scope.n, (const char *)choice.scope.p, said);
		}
	}
}

/* ------------------------------------------------- what containers/image says */

/* The next field of a line, up to a tab or its end. */
static plomb_view
field(char **at)
{
	plomb_view view;

	view.p = (const unsigned char *)*at;
	view.n = strcspn(*at, "\t");
	*at += view.n;
	*at += **at != '\0';
	return view;
}

static void
hold_against(plomb_view where, plomb_view match, plomb_view image, plomb_view signed_, plomb_view policy)
{
	plomb_policy_choice choice;
	plomb_image_name name;
	plomb_status s;
	char got[600];

	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_image_name_parse(&work, image, &name), PLOMB_OK);
	s = plomb_policy_choose(&ctx, policy, &name, &choice);
	if (plomb_view_is(where, "refused")) {
		assert_int_equal(s, PLOMB_POLICY_MALFORMED);
		return;
	}
	assert_int_equal(s, PLOMB_OK);
	(void)snprintf(got, sizeof got, "%s%s%.*s", choice.scope_kind, choice.scope.n == 0 ? "" : " ", (int)choice.scope.n, (const char *)choice.scope.p);
	assert_true(plomb_view_is(where, got));
	if (!plomb_view_is(match, "-")) {
		s = plomb_signed_identity_check(&ctx, &choice.list[0].signed_identity, &name, signed_, 0);
		assert_int_equal(s, plomb_view_is(match, "true") ? PLOMB_OK : PLOMB_POLICY_IDENTITY_MISMATCH);
	}
}

/* Its own answers to made-up files, where it and this program read them alike. */
static void
test_containers_image(void **state)
{
	vector_file file;
	size_t count;
	char *at;

	(void)state;
	file = vector_open("policy/containers-image.txt");
	count = 0;
	while ((at = vector_next(&file)) != NULL) {
		plomb_view where, match, image, signed_;

		where = field(&at);
		match = field(&at);
		image = field(&at);
		signed_ = field(&at);
		hold_against(where, match, image, signed_, field(&at));
		count ++;
	}
	vector_close(&file);
	assert_true(count > 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_evasion),
		cmocka_unit_test(test_other_transports),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_many_scopes),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_containers_image)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
