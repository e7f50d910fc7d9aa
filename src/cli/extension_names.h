/* What people and machines call the Fulcio extensions (SPEC 4.4). */
#ifndef PLOMB_CLI_EXTENSION_NAMES_H
#define PLOMB_CLI_EXTENSION_NAMES_H

typedef struct {
	const char *camel; /* as in the JSON of cosign and sigstore-go */
	const char *title; /* as in the Fulcio documentation */
} plomb_extension_names;

#define PLOMB_EXTENSION_LAST 24 /* of 1.3.6.1.4.1.57264.1 */

/* By the OID's last number; NULL for one without a name. */
const plomb_extension_names *plomb_extension_names_of(unsigned number);

#endif
