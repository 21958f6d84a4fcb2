/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an end of the stream gives, in memory. */
#ifndef XENITH_TESTS_STRBUF_SINK_H
#define XENITH_TESTS_STRBUF_SINK_H

#include "base/strbuf.h"
#include "stream/stream.h"

/* The write of a struct stream_sink; data is a struct strbuf. */
static inline int take_into_strbuf(void *data, const struct iovec *parts,
                                   size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        strbuf_add(data, parts[i].iov_base, parts[i].iov_len);
    return 0;
}

#endif
