#include "core/effect.h"

#include <glib.h>
#include <string.h>

enum { FIRST_ITEMS = 16, FIRST_BYTES = 256, DATAGRAM_MAX = 1480 };

void effects_init(struct effects *effects)
{
    memset(effects, 0, sizeof *effects);
}

void effects_clear(struct effects *effects)
{
    g_free(effects->items);
    g_free(effects->bytes);
    effects_init(effects);
}

void effects_reset(struct effects *effects)
{
    effects->count = 0;
    effects->used = 0;
}

struct effect *effects_add(struct effects *effects, enum effect_kind kind)
{
    if (effects->count == effects->capacity) {
        effects->capacity = effects->capacity != 0 ? 2 * effects->capacity : FIRST_ITEMS;
        effects->items = g_renew(struct effect, effects->items, effects->capacity);
    }
    struct effect *effect = &effects->items[effects->count++];
    memset(effect, 0, sizeof *effect);
    effect->kind = kind;
    return effect;
}

/* Copy bytes to the end of the store; returns their offset. */
static uint32_t store(struct effects *effects, const void *bytes, size_t length)
{
    g_assert(length <= UINT32_MAX - effects->used);
    size_t needed = effects->used + length;
    if (needed > effects->size) {
        effects->size = MAX(needed, MAX(2 * effects->size, FIRST_BYTES));
        effects->bytes = g_realloc(effects->bytes, effects->size);
    }
    uint32_t offset = (uint32_t)effects->used;
    memcpy(effects->bytes + offset, bytes, length);
    effects->used = needed;
    return offset;
}

struct effect *effects_add_datagram(struct effects *effects, enum channel channel,
                                    const uint8_t *bytes, size_t length)
{
    g_assert(bytes != NULL);
    g_assert(length >= 1 && length <= DATAGRAM_MAX);
    uint32_t offset = store(effects, bytes, length);
    struct effect *effect = effects_add(effects, EFFECT_DATAGRAM);
    effect->datagram.channel = channel;
    effect->datagram.offset = offset;
    effect->datagram.length = (uint32_t)length;
    return effect;
}

struct effect *effects_add_serial(struct effects *effects, const uint8_t *bytes, size_t length)
{
    g_assert(bytes != NULL);
    g_assert(length >= 1 && length <= DATAGRAM_MAX);
    uint32_t offset = store(effects, bytes, length);
    struct effect *effect = effects_add(effects, EFFECT_SERIAL);
    effect->serial.offset = offset;
    effect->serial.length = (uint32_t)length;
    return effect;
}

void effects_add_reply(struct effects *effects, bool ok, const char *text)
{
    g_assert(text != NULL);
    uint32_t offset = store(effects, text, strlen(text) + 1);
    struct effect *effect = effects_add(effects, EFFECT_REPLY);
    effect->reply.ok = ok;
    effect->reply.offset = offset;
}

const uint8_t *effect_bytes(const struct effects *effects, const struct effect *effect)
{
    g_assert(effect->kind == EFFECT_DATAGRAM || effect->kind == EFFECT_SERIAL);
    bool serial = effect->kind == EFFECT_SERIAL;
    uint32_t offset = serial ? effect->serial.offset : effect->datagram.offset;
    uint32_t length = serial ? effect->serial.length : effect->datagram.length;
    g_assert(offset + length <= effects->used);
    return effects->bytes + offset;
}

const char *effect_text(const struct effects *effects, const struct effect *effect)
{
    g_assert(effect->kind == EFFECT_REPLY);
    g_assert(effect->reply.offset < effects->used);
    return (const char *)effects->bytes + effect->reply.offset;
}
