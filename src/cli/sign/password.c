#include "password.h"

#include <stdlib.h>

#include "../patient.h"
#include "../../../port/terminal.h"

#define PROMPT       "Enter password for private key: "
#define PROMPT_AGAIN "Enter password for private key again: "

/* see password.h */
plomb_view
plomb_password_view(const plomb_password *password)
{
	plomb_view view;

	view.p = password->text;
	view.n = password->n;
	return view;
}

/* see password.h */
void
plomb_password_wipe(plomb_password *password)
{
	plomb_wipe(password, sizeof *password);
}

static plomb_status
fail(plomb_fault *fault, plomb_status status)
{
	switch (status) {
	case PLOMB_UNSET:
		return plomb_fail(fault, PLOMB_CONFIG_INVALID,
			"no password came; COSIGN_PASSWORD holds one, and set to nothing says that there is none", (const char *)NULL);
	case PLOMB_LIMIT_EXCEEDED:
		return plomb_fail(fault, PLOMB_CONFIG_INVALID, "the password is longer than 4096 bytes", (const char *)NULL);
	default:
		return plomb_fail(fault, PLOMB_IO_ERROR, "the password could not be read", (const char *)NULL);
	}
}

static plomb_status
read_variable(plomb_password *password, const char *value, plomb_fault *fault)
{
	size_t n;

	n = strlen(value);
	if (n > PLOMB_MAX_PASSWORD) {
		return fail(fault, PLOMB_LIMIT_EXCEEDED);
	}
	memcpy(password->text, value, n);
	password->n = n;
	return PLOMB_OK;
}

static plomb_status
ask(plomb_password *password, const char *prompt, plomb_fault *fault)
{
	plomb_status s;

	s = plomb_terminal_posix.ask(&plomb_terminal_posix, prompt, 1, password->text, sizeof password->text, &password->n);
	return s == PLOMB_OK ? s : fail(fault, s);
}

/* Nobody sees what was typed, so a new password is typed twice. */
static plomb_status
ask_again(const plomb_password *password, plomb_fault *fault)
{
	plomb_password again;
	plomb_status s;

	memset(&again, 0, sizeof again);
	s = ask(&again, PROMPT_AGAIN, fault);
	if (s == PLOMB_OK && !plomb_view_eq(plomb_password_view(password), plomb_password_view(&again))) {
		s = plomb_fail(fault, PLOMB_CONFIG_INVALID, "passwords do not match", (const char *)NULL);
	}
	plomb_password_wipe(&again);
	return s;
}

static plomb_status
read_stream(plomb_password *password, plomb_fault *fault)
{
	plomb_status s;
	plomb_file file;
	size_t got;

	s = plomb_files_patient.open(&plomb_files_patient, "-", 0, &file);
	if (s != PLOMB_OK) {
		return fail(fault, PLOMB_IO_ERROR);
	}
	got = 1;
	while (s == PLOMB_OK && got != 0 && password->n < sizeof password->text) {
		s = plomb_files_patient.read(&plomb_files_patient, &file, password->text + password->n, sizeof password->text - password->n, &got);
		password->n += s == PLOMB_OK ? got : 0;
	}
	plomb_files_patient.close(&plomb_files_patient, &file);
	if (s != PLOMB_OK) {
		return fail(fault, PLOMB_IO_ERROR);
	}
	return password->n > PLOMB_MAX_PASSWORD ? fail(fault, PLOMB_LIMIT_EXCEEDED)
		: password->n == 0 ? fail(fault, PLOMB_UNSET) : PLOMB_OK;
}

/* see password.h */
plomb_status
plomb_password_read(plomb_password *password, int is_new, plomb_fault *fault)
{
	const char *value;
	plomb_status s;

	memset(password, 0, sizeof *password);
	value = getenv("COSIGN_PASSWORD");
	if (value != NULL) {
		return read_variable(password, value, fault);
	}
	if (!plomb_terminal_posix.is_there(&plomb_terminal_posix)) {
		return read_stream(password, fault);
	}
	s = ask(password, PROMPT, fault);
	return s == PLOMB_OK && is_new ? ask_again(password, fault) : s;
}
