/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A saved guest from one format to the other. */
#ifndef XENITH_DOMAIN_TRANSFER_IMAGE_CONVERT_H
#define XENITH_DOMAIN_TRANSFER_IMAGE_CONVERT_H

#include <stdbool.h>

#include "domain/transfer/codec.h"

/*
 * Reads a saved guest in either format from in, whose name is from, and writes
 * it to a new file: in xl's format if plain, otherwise in ours (compress: see
 * domain/transfer/codec.h). What was there under that name survives any
 * failure.
 */
int image_convert(int in, const char *from, const char *to, bool plain,
                  const char *compress, struct codec_report *report,
                  struct error *err);

#endif
