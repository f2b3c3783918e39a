/* The kitchen's page, and the recipes that it shows. */
#ifndef HOB_HANDLERS_PAGE_H
#define HOB_HANDLERS_PAGE_H

#include "hob/server.h"

/* GET /: the page for a browser, and the menu as plain text for everybody else. */
hob_handler serve_front;

/* GET /recipes/{dish}: the source of a recipe, as the program was made from. */
hob_handler serve_recipe;

#endif
