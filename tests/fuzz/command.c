/* Lines of an operator's, to a unit that serves. */
#include "tests/fuzz/targets.h"
#include "tests/fuzz/unit.h"

#include <string.h>

static struct director *new_director(void)
{
    struct director_config config = {.rank = RANK_PRIMARY,
                                     .initial_role = ROLE_ACTIVE,
                                     .own_ip = UNIT_IP,
                                     .peers = {{UNIT_PEER_IP, RANK_SECONDARY}}};
    return director_new(&config, 0);
}

/* With a pair of services that lines may be about. */
static struct unit unit_that_serves(void)
{
    static const char *const lines[] = {
        "option mirror none", "real 10.0.1.1:80", "real 10.0.1.2:80", "virtual 192.0.2.80:80",
        "bind 192.0.2.80:80 10.0.1.1:80 10.0.1.2:80",
    };
    struct unit unit = {.director = new_director()};
    effects_init(&unit.effects);
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++)
        unit_command(&unit, lines[i]);
    return unit;
}

static bool is_taken(const struct unit *unit)
{
    for (size_t i = 0; i < unit->effects.count; i++)
        if (unit->effects.items[i].kind == EFFECT_REPLY)
            return unit->effects.items[i].reply.ok;
    return false;
}

static void make_again(const char *text)
{
    struct unit unit = {.director = new_director()};
    char **lines = g_strsplit(text, "\n", -1);
    effects_init(&unit.effects);
    for (unsigned i = 0; lines[i] != NULL; i++) {
        if (*lines[i] == '\0')
            continue;
        unit_command(&unit, lines[i]);
        if (!is_taken(&unit))
            g_error("printed, and not taken: %s", lines[i]);
    }
    char *again = director_print_configuration(unit.director);
    if (strcmp(text, again) != 0)
        g_error("printed\n%s\nwhich makes\n%s", text, again);
    g_free(again);
    g_strfreev(lines);
    unit_clear(&unit);
}

void fuzz_command(const uint8_t *bytes, size_t length)
{
    struct unit unit = unit_that_serves();
    char *text = g_strndup((const char *)bytes, length);
    char **lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++)
        unit_command(&unit, lines[i]);
    char *printed = director_print_configuration(unit.director);
    make_again(printed);
    g_free(printed);
    g_strfreev(lines);
    g_free(text);
    unit_clear(&unit);
}
