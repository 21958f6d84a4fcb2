/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A saved guest as a word of the command line. */
#ifndef XENITH_XN_IMAGE_FILE_H
#define XENITH_XN_IMAGE_FILE_H

#include "domain/transfer/image.h"

/* Opens it; "-" is standard input. The descriptor is the caller's. */
int image_file_open(const char *path, struct error *err);

/* Opens, inspects (domain/transfer/image.h) and closes it. */
int image_file_inspect(const char *path, bool whole, struct image_facts *facts,
                       struct error *err);

#endif
