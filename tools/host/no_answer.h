/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The error of whoever asks xenstored and hears nothing. */
#ifndef XENITH_HOST_NO_ANSWER_H
#define XENITH_HOST_NO_ANSWER_H

#include <errno.h>

#include "base/error.h"

/* ERR_HOST with what errno says; -1, to be returned. */
static inline int no_answer(struct error *err)
{
    return error_set_errno(err, ERR_HOST, errno, "xenstored does not answer");
}

#endif
