#include "core/machine_status.h"

static void add_status(GArray *all, struct machine_id id, enum machine_state state)
{
    struct machine_status status = {id, state};
    g_array_append_val(all, status);
}

GArray *machine_status_take(const struct machines *machines)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct machine_status));
    for (const struct physical *one = machines_first_physical(machines); one != NULL;
         one = one->next)
        add_status(all, one->id, one->state);
    for (const struct virtual *one = machines_first_virtual(machines); one != NULL;
         one = one->next)
        add_status(all, one->id, virtual_state(one));
    return all;
}

/* Lists keep their order, so the place where the last one was found is where to look
 * on; one that is not found was made since. */
GArray *machine_status_compare(const GArray *before, const GArray *after)
{
    GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct machine_change));
    const struct machine_status *then = (const struct machine_status *)(void *)before->data;
    const struct machine_status *now = (const struct machine_status *)(void *)after->data;
    guint from = 0;
    for (guint i = 0; i < after->len; i++) {
        guint at = from;
        while (at < before->len && !machine_id_equal(then[at].id, now[i].id))
            at++;
        if (at == before->len)
            continue;
        from = at + 1;
        struct machine_change change = {now[i].id, then[at].state, now[i].state};
        if (change.before != change.after)
            g_array_append_val(changes, change);
    }
    return changes;
}
