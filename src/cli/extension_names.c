/* see extension_names.h */
#include "extension_names.h"

#include <stddef.h>

/* A URI stays in capitals, an SHA does not: so cosign and sigstore-go have it. .7 occurs only inside a SAN. */
static const plomb_extension_names table[PLOMB_EXTENSION_LAST] = {
	{ "Issuer", "Issuer" }, /* .1 */
	{ "githubWorkflowTrigger", "GitHub Workflow Trigger" }, /* .2 */
	{ "githubWorkflowSha", "GitHub Workflow SHA" }, /* .3 */
	{ "githubWorkflowName", "GitHub Workflow Name" }, /* .4 */
	{ "githubWorkflowRepository", "GitHub Workflow Repository" }, /* .5 */
	{ "githubWorkflowRef", "GitHub Workflow Ref" }, /* .6 */
	{ NULL, NULL }, /* .7 */
	{ "issuerV2", "Issuer (V2)" }, /* .8 */
	{ "buildSignerURI", "Build Signer URI" }, /* .9 */
	{ "buildSignerDigest", "Build Signer Digest" }, /* .10 */
	{ "runnerEnvironment", "Runner Environment" }, /* .11 */
	{ "sourceRepositoryURI", "Source Repository URI" }, /* .12 */
	{ "sourceRepositoryDigest", "Source Repository Digest" }, /* .13 */
	{ "sourceRepositoryRef", "Source Repository Ref" }, /* .14 */
	{ "sourceRepositoryIdentifier", "Source Repository Identifier" }, /* .15 */
	{ "sourceRepositoryOwnerURI", "Source Repository Owner URI" }, /* .16 */
	{ "sourceRepositoryOwnerIdentifier", "Source Repository Owner Identifier" }, /* .17 */
	{ "buildConfigURI", "Build Config URI" }, /* .18 */
	{ "buildConfigDigest", "Build Config Digest" }, /* .19 */
	{ "buildTrigger", "Build Trigger" }, /* .20 */
	{ "runInvocationURI", "Run Invocation URI" }, /* .21 */
	{ "sourceRepositoryVisibilityAtSigning", "Source Repository Visibility At Signing" }, /* .22 */
	{ "deploymentEnvironment", "Deployment Environment" }, /* .23 */
	{ "tokenSubject", "Token Subject" }, /* .24 */
};

/* see extension_names.h */
const plomb_extension_names *
plomb_extension_names_of(unsigned number)
{
	if (number < 1 || number > PLOMB_EXTENSION_LAST || table[number - 1].camel == NULL) {
		return NULL;
	}
	return &table[number - 1];
}
