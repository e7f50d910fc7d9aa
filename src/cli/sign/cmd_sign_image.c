#include "../app.h"
int plomb_cmd_sign_image(plomb_app *app, plomb_cmd command) { (void)app; (void)command; return 2; }
