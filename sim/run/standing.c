#include "sim/run/standing.h"

struct flow standing_flow(const struct scenario *scenario, unsigned virtual,
                          struct address client)
{
    const struct virtual_spec *spec = g_ptr_array_index(scenario->virtuals, virtual);
    return (struct flow){
        .foreign = client,
        .local = { spec->ip, spec->port },
        .protocol = spec->protocol,
    };
}

bool standing_agrees(const struct scenario *scenario, struct claimant claimant,
                     struct address real)
{
    if (claimant.server < 0)
        return false;
    const struct real_spec *spec = g_ptr_array_index(scenario->reals, (guint)claimant.server);
    return real.ip == spec->ip && (spec->port == 0 || real.port == spec->port);
}

bool standing(const struct scenario *scenario, const struct director *director,
              struct claimant claimant)
{
    struct flow flow = standing_flow(scenario, claimant.virtual, claimant.client);
    struct connection_view view;
    return director_find(director, &flow, &view)
           && standing_agrees(scenario, claimant, view.real);
}

bool standing_at_its_end(const struct scenario *scenario, const struct director *director,
                         struct claimant claimant)
{
    struct flow flow = standing_flow(scenario, claimant.virtual, claimant.client);
    struct connection_view view;
    return director_find(director, &flow, &view) && view.state == CONN_CLOSING;
}

bool standing_elsewhere(const struct scenario *scenario, const struct director *director,
                        struct claimant claimant)
{
    struct flow flow = standing_flow(scenario, claimant.virtual, claimant.client);
    struct connection_view view;
    return claimant.server >= 0 && director_find(director, &flow, &view)
           && !standing_agrees(scenario, claimant, view.real);
}
