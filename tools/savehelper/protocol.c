/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/protocol.h"

#include <string.h>

#define NUMBER_SIZE sizeof(uint16_t)
/* Room that no text takes, for what may come after it. */
#define RESERVE 64

static void add(struct protocol_message *message, const void *bytes,
                size_t length)
{
    memcpy(message->bytes + PROTOCOL_HEADER + message->length, bytes, length);
    message->length += length;
}

void protocol_begin(struct protocol_message *message,
                    enum protocol_number number)
{
    uint16_t value = (uint16_t)number;

    message->length = 0;
    add(message, &value, sizeof(value));
}

void protocol_add_u32(struct protocol_message *message, uint32_t value)
{
    add(message, &value, sizeof(value));
}

void protocol_add_u64(struct protocol_message *message, uint64_t value)
{
    add(message, &value, sizeof(value));
}

void protocol_add_text(struct protocol_message *message, const char *text)
{
    size_t used = message->length + sizeof(uint32_t) + 1 + RESERVE;
    size_t room = used < PROTOCOL_MAX ? PROTOCOL_MAX - used : 0;
    size_t length = strnlen(text, room);

    protocol_add_u32(message, (uint32_t)length + 1);
    add(message, text, length);
    add(message, "", 1);
}

size_t protocol_end(struct protocol_message *message)
{
    uint16_t length = (uint16_t)message->length;

    memcpy(message->bytes, &length, sizeof(length));
    return PROTOCOL_HEADER + message->length;
}

long protocol_read(const unsigned char *bytes, size_t length, uint16_t *number,
                   const unsigned char **arguments, size_t *arguments_length)
{
    uint16_t size;

    if (length < PROTOCOL_HEADER)
        return 0;
    memcpy(&size, bytes, sizeof(size));
    if (size < NUMBER_SIZE)
        return -1;
    if (length - PROTOCOL_HEADER < size)
        return 0;
    memcpy(number, bytes + PROTOCOL_HEADER, NUMBER_SIZE);
    *arguments = bytes + PROTOCOL_HEADER + NUMBER_SIZE;
    *arguments_length = size - NUMBER_SIZE;
    return (long)PROTOCOL_HEADER + size;
}
