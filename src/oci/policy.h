/*
 * The policy file of containers/image, policy.json (SPEC 15.2), with plomb's
 * own members: bytes in, the requirements for one image out. Files that it
 * names are the caller's to read.
 *
 * The file decides what runs, so it is read as strictly as it can be: a
 * member that is not known, anywhere in it, may be a restriction that this
 * program would not keep, and so the whole file is refused. That holds for
 * every list in the file, not only for the one that is chosen. What
 * containers/image refuses is refused here too, and some things that it
 * takes in silence (they are marked with +).
 *
 * The grammar. Nothing may be null+, no string empty but the scope "" and
 * the value of an annotation, no array or object of items empty, and no
 * member may stand twice. PATH is a file's name, DATA the standard padded
 * base64 of what is in such a file. No value has a default but those named.
 *
 *	FILE      { "default": LIST, "transports"?: { TRANSPORT: { SCOPE: LIST … } … } }
 *	TRANSPORT docker; checked but without effect: docker-daemon, atomic,
 *	          containers-storage, dir, oci, oci-archive, sif,
 *	          docker-archive, tarball, ostree. No other+.
 *	SCOPE     "" or, of docker, what some image is looked for with+:
 *	          HOST[:PORT], HOST[:PORT]/PATH, the same with :TAG or with
 *	          @DIGEST, or *.DOMAIN without a port; written out
 *	          ("docker.io/library/busybox"), the host without capitals.
 *	          Others as containers/image says: absolute paths in their
 *	          shortest spelling, [DRIVER@/GRAPHROOT]NAME, none at all.
 *	LIST      [ REQ, … ]: all of them must hold. 1 to 32.
 *	REQ       { "type": "insecureAcceptAnything" }
 *	          { "type": "reject" }
 *	          { "type": "signedBy", … }: checked, but unsupported
 *	          { "type": "sigstoreSigned", WAY, LOG?, "signedIdentity"?: NAME, "plomb"?: OWN }
 *	WAY       exactly one of keyPath: PATH, keyPaths: [PATH…], keyData: DATA,
 *	          keyDatas: [DATA…], fulcio: FULCIO, pki: PKI, and OWN's identities
 *	LOG       at most one of rekorPublicKeyPath: PATH, …Paths: [PATH…],
 *	          …Data: DATA, …Datas: [DATA…]. With fulcio it must be there;
 *	          with pki, identities or trustedRoot it may not.
 *	FULCIO    { "caPath": PATH | "caData": DATA, "oidcIssuer": text, "subjectEmail": text }
 *	PKI       { "caRootsPath": PATH | "caRootsData": DATA,
 *	          "caIntermediatesPath"?: PATH | "caIntermediatesData"?: DATA,
 *	          "subjectEmail"?, "subjectHostname"? }, one of the last two at
 *	          least: checked, but unsupported
 *	NAME      { "type": "matchRepoDigestOrExact" | "matchExact" | "matchRepository" },
 *	          { "type": "exactReference", "dockerReference": name with tag or digest },
 *	          { "type": "exactRepository", "dockerRepository": name without them+ },
 *	          { "type": "remapIdentity", "prefix": PREFIX, "signedPrefix": PREFIX },
 *	          PREFIX a scope without tag, digest and "*". Default: the first.
 *	signedBy  keyType: "GPGKeys" (or signedByGPGKeys, X509Certificates,
 *	          signedByX509CAs); exactly one of keyPath, keyPaths, keyData;
 *	          signedIdentity?
 *
 * plomb's own, which containers/image does not know; at least one of
 *
 *	identity | identityRegexp    who signed; with it
 *	issuer | issuerRegexp        and who says so: one of each pair
 *	identities: [ { identity…, issuer…, extensions…, extensionsRegexp… }, … ]
 *	                             any one of them, instead of the four above
 *	extensions: { name: text }   of the certificate, exact; the names of
 *	extensionsRegexp: { … }      Fulcio's extensions or OIDs. Beside
 *	                             identities: of whoever of them signed.
 *	                             Beside fulcio too; beside a key never.
 *	annotations: { name: text }  of the signature, all of them
 *	annotationsRegexp: { … }     a name in both must fit both
 *	trustedRoot: PATH            whose logs and authorities count, instead
 *	                             of the program's. Beside a key or identities.
 *	transparencyLog: bool        is an entry in a log required?
 *	certificateLog: bool         is the certificate's log required (SCT)?
 *	acceptUnnamed: bool          default false. true: a signature that names
 *	                             no image, as cosign 3's, is taken for one of
 *	                             the image's repository. Only beside the
 *	                             signedIdentity matchRepository.
 *
 * Expressions are RE2's, not anchored. An identity whose two expressions fit
 * whatever is written there needs an extension or a trustedRoot.
 *
 *	              transparencyLog                 certificateLog
 *	a key         true with LOG or trustedRoot,   may not be said
 *	              else false; with LOG never false
 *	fulcio        true, never false               false, never true
 *	identities    true; false only with           true; false only with
 *	              trustedRoot                     trustedRoot
 *
 * Identities without a transparency log need the time from somebody else:
 * whoever judges a signature must require a timestamp of the trusted root's
 * authorities then, and must not take the clock for one.
 */
#ifndef PLOMB_POLICY_FILE_H
#define PLOMB_POLICY_FILE_H

#include "../core/json.h"

#define PLOMB_MAX_POLICY_BYTES (1u << 20) /* real ones have a few kilobytes */
#define PLOMB_MAX_REQUIREMENTS 32         /* of one list; all of them must hold */
#define PLOMB_MAX_POLICY_ITEMS 64         /* keys, identities, annotations or extensions of one requirement */

/* ------------------------------------------------------------------- names */

/*
 * A docker reference as containers/image normalises it: "app" is
 * docker.io/library/app. Parts that are not written are absent. Hosts have
 * no capitals: DNS would take them for the same, and a scope would not. A
 * port is a part of the name also where it is the usual one.
 */
typedef struct {
	plomb_view repository; /* host[:port]/path, in work */
	plomb_view tag;
	plomb_view digest;     /* "sha256:…" */
} plomb_image_name;

/* PLOMB_REFERENCE_INVALID, PLOMB_DIGEST_ALG_UNSUPPORTED, PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_image_name_parse(plomb_work *work, plomb_view text, plomb_image_name *name);

/* ---------------------------------------------------------------- identities */

typedef enum {
	PLOMB_MATCH_REPO_DIGEST_OR_EXACT = 0, /* the default */
	PLOMB_MATCH_EXACT,
	PLOMB_MATCH_REPOSITORY,
	PLOMB_EXACT_REFERENCE,
	PLOMB_EXACT_REPOSITORY,
	PLOMB_REMAP_IDENTITY
} plomb_signed_identity_type;

/* What a signature must say that the image is called. */
typedef struct {
	plomb_signed_identity_type type;
	plomb_view reference; /* dockerReference or dockerRepository */
	plomb_view prefix, signed_prefix;
} plomb_signed_identity;

/*
 * policy_identity.c: a signature that calls the image signed_ is one for
 * the image that was asked for; an image without tag and digest is the one
 * with the tag "latest". As in containers/image a signature without tag and
 * digest, which is what cosign writes, satisfies matchRepository and
 * exactRepository only. An empty signed_ is a signature that names nothing:
 * it satisfies matchRepository only, and only if accept_unnamed is set.
 * PLOMB_OK, PLOMB_POLICY_IDENTITY_MISMATCH with detail, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_signed_identity_check(plomb_ctx *ctx, const plomb_signed_identity *identity,
	const plomb_image_name *image, plomb_view signed_, int accept_unnamed);

/* The texts in an identity are what they should be: a reference, a repository, a prefix of one. */
PLOMB_MUST_CHECK plomb_status plomb_signed_identity_validate(plomb_work *work, const plomb_signed_identity *identity);

/* -------------------------------------------------------------- requirements */

typedef enum {
	PLOMB_REQUIRE_NOTHING = 1, /* insecureAcceptAnything */
	PLOMB_REQUIRE_REJECT,
	PLOMB_REQUIRE_GPG,         /* signedBy: known, but not verified by this program */
	PLOMB_REQUIRE_PKI,         /* sigstoreSigned with pki: the same */
	PLOMB_REQUIRE_KEY,         /* sigstoreSigned with keys: one of them */
	PLOMB_REQUIRE_FULCIO,      /* sigstoreSigned with fulcio */
	PLOMB_REQUIRE_IDENTITY     /* sigstoreSigned with plomb's identities: one of them */
} plomb_requirement_type;

/* PEM text: in a file, or here. One of the two is absent. */
typedef struct {
	plomb_view path;
	plomb_view data;
} plomb_policy_pem;

typedef struct {
	plomb_view name;
	plomb_view value;
	int is_regexp;
} plomb_policy_pair;

typedef struct {
	const plomb_policy_pair *item;
	size_t count;
} plomb_policy_pairs;

/* Who may have signed; of each two one is absent. */
typedef struct {
	plomb_view identity, identity_regexp;
	plomb_view issuer, issuer_regexp;
	plomb_policy_pairs extensions;
} plomb_policy_identity;

/* A switch that may be left to its default. */
typedef enum {
	PLOMB_UNSAID = 0,
	PLOMB_YES,
	PLOMB_NO
} plomb_said;

typedef struct {
	plomb_requirement_type type;
	const plomb_policy_pem *keys;
	size_t key_count;
	plomb_policy_pem ca;
	plomb_view oidc_issuer, subject_email;
	const plomb_policy_pem *logs; /* rekorPublicKey…: one of them must have the entry */
	size_t log_count;
	plomb_signed_identity signed_identity;
	/* The member "plomb". */
	const plomb_policy_identity *identities;
	size_t identity_count;
	plomb_policy_pairs annotations;
	plomb_policy_pairs extensions; /* of whoever signed */
	plomb_view trusted_root;
	/* The file's word or the default: PLOMB_YES or PLOMB_NO in what was read for a key, fulcio or identities. */
	plomb_said transparency_log, certificate_log;
	int accept_unnamed;
} plomb_requirement;

typedef struct {
	const char *scope_kind; /* "scope", "transport", "default": where the list stands; "evaded": see below */
	plomb_view scope;       /* as it is written, if it is a scope */
	plomb_requirement *list;
	size_t count;           /* at least 1 */
} plomb_policy_choice;

/*
 * Read the whole file and choose the list for the image: the most specific
 * scope of transports.docker (name with digest, name with tag, repository,
 * its parents, host, "*.domain" from long to short), else its scope "", else
 * default. An image without tag and digest is the one with the tag "latest".
 * What is chosen stays in ctx->work; the text must stay too.
 *
 * A name that writes its registry as HOST:443 or registry-1.docker.io, where
 * the file has scopes for HOST or docker.io and none for that spelling, is
 * an evasion+: the list is one "reject", scope the one that was evaded.
 *
 * PLOMB_POLICY_MALFORMED and PLOMB_LIMIT_EXCEEDED, each with detail, for
 * everything that is wrong with the file; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_policy_choose(plomb_ctx *ctx, plomb_view text, const plomb_image_name *image,
	plomb_policy_choice *choice);

#endif
