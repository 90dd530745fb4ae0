/* The configuration of both directors, in the core's own vocabulary (core/command.h). */
#include "sim/scenario/build.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/value.h"

#include <string.h>

static void add(struct build *build, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add(struct build *build, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(build->scenario->commands, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static const char *const options[] = {"conn-real", "bind0", "active-on", "standby-timeout",
                                      "half-open-time", "rst-ditch", "fail-distinct-clients"};

/* Keys of [replication] that are options of the same name: the protocols' settings, and how
 * records are sent and taken. */
static const char *const replication_options[] = {
    "repeats", "repeat-spacing", "delete-send", "bad-flags", "buddy-packet", "bulk-sync",
    "sync-threshold", "sync-period", "sync-refresh-period", "sync-retries", "sync-maxlen",
    "sync-ports", "sync-qlen-max", "sync-timeout-established", "sync-timeout-syn-recv",
    "sync-timeout-fin-wait", "sync-timeout-time-wait", "sync-timeout-close",
    "sync-timeout-close-wait", "sync-timeout-last-ack", "sync-timeout-udp",
    "exceptions", "second-chance", "replicate-after", "replicate-jitter",
    "defer", "pfsync-buckets", "pfsync-stale",
    "round-trip", "blackout", "delete-delay", "digest-interval", "join-rate",
    "refresh-time", "cache-timeout", "ack-window", "resend-queue",
};

static void add_settings(struct build *build)
{
    const struct draft_group *failover = draft_find(build->draft, GROUP_FAILOVER, NULL);
    const struct draft_group *choices = draft_find(build->draft, GROUP_OPTIONS, NULL);
    const struct draft_group *replication = draft_find(build->draft, GROUP_REPLICATION, NULL);
    add(build, "ip address %s", build_text(build, failover, "address"));
    add(build, "failover ip address %s", build_text(build, failover, "failover-address"));
    add(build, "failover hellotime %s", build_text(build, failover, "hello-time"));
    add(build, "failover hellomisses %s", build_text(build, failover, "hello-misses"));
    add(build, "failover");
    build_detector_commands(build);
    build_path_commands(build);
    add(build, "option mirror %s", build_text(build, failover, "mirror"));
    build_unknown_commands(build);
    add(build, "option probe-limit %s", build_text(build, failover, "probe-limit"));
    add(build, "option probe-source-limit %s",
        build_text(build, failover, "probe-source-limit"));
    add(build, "option window-check %s", build_text(build, failover, "window-check"));
    add(build, "option mac %s", build_text(build, failover, "mac"));
    add(build, "option unknown-outbound %s", build_text(build, failover, "unknown-outbound"));
    for (unsigned i = 0; i < G_N_ELEMENTS(options); i++)
        add(build, "option %s %s", options[i], build_text(build, choices, options[i]));
    add(build, "option replication %s", build_text(build, replication, "protocol"));
    for (unsigned i = 0; i < G_N_ELEMENTS(replication_options); i++)
        add(build, "option %s %s", replication_options[i],
            build_text(build, replication, replication_options[i]));
    add(build, "replicate interface %s", build_text(build, replication, "interface"));
}

static const char *service(struct build *build, const struct draft_group *group)
{
    return build_yes(build, group, "in-service") ? "is" : "oos";
}

static void add_real(struct build *build, const struct draft_group *group)
{
    const char *id = build_text(build, group, "address");
    if (id == NULL || !build_yes(build, group, "configured"))
        return;
    add(build, "real %s %s", id, service(build, group));
    add(build, "weight %s %s", id, build_text(build, group, "weight"));
    if (!build_is(build, group, "maxconns", "none"))
        add(build, "maxconns %s %s", id, build_text(build, group, "maxconns"));
    add(build, "threshold %s %s", id, build_text(build, group, "threshold"));
    add(build, "reassign %s %s", id, build_text(build, group, "reassign"));
    add(build, "retry %s %s", id, build_text(build, group, "retry"));
    add(build, "%sautounfail %s", build_yes(build, group, "autounfail") ? "" : "no ", id);
}

static void add_bind(struct build *build, const struct draft_group *group, const char *id,
                     const char *key)
{
    const char *text = build_text(build, group, key);
    char **names = quantity_words(text == NULL ? "" : text);
    GString *command = g_string_new(NULL);
    for (unsigned i = 0; names[i] != NULL; i++) {
        const struct draft_group *real = draft_find(build->draft, GROUP_REAL, names[i]);
        const char *address = real == NULL ? NULL : build_text(build, real, "address");
        if (address != NULL)
            g_string_append_printf(command, " %s", address);
    }
    if (command->len > 0)
        add(build, "bind %s%s%s", id, command->str,
            strcmp(key, "overflow-bind") == 0 ? " overflow" : "");
    g_string_free(command, TRUE);
    g_strfreev(names);
}

static void add_assignments(struct build *build, const struct draft_group *group, const char *id)
{
    if (build_is(build, group, "assign", "none"))
        return;
    char **networks = quantity_words(build_text(build, group, "assign"));
    for (unsigned i = 0; networks[i] != NULL; i++) {
        struct network network = value_network(networks[i]);
        GString *text = g_string_new(NULL);
        quantity_print_ip(network.ip, text);
        g_string_append_c(text, ' ');
        quantity_print_ip(quantity_mask(network.prefix), text);
        add(build, "assign %s %s", id, text->str);
        g_string_free(text, TRUE);
    }
    g_strfreev(networks);
}

static void add_virtual(struct build *build, const struct draft_group *group)
{
    const char *id = build_text(build, group, "address");
    if (id == NULL)
        return;
    add(build, "virtual %s %s", id, service(build, group));
    add_bind(build, group, id, "bind");
    add_bind(build, group, id, "overflow-bind");
    add(build, "overflow %s %s", id, build_text(build, group, "overflow"));
    add(build, "predictor %s %s", id, build_text(build, group, "predictor"));
    add(build, "forwarding %s %s", id, build_text(build, group, "forwarding"));
    add(build, "timeout %s %s", id, build_text(build, group, "timeout"));
    add(build, "delay %s %s", id, build_text(build, group, "delay"));
    add(build, "slowstart %s %s", id, build_text(build, group, "slowstart"));
    add(build, "sticky %s %s", id, build_text(build, group, "sticky"));
    if (build_yes(build, group, "replicate"))
        add(build, "replicate %s", id);
    add_assignments(build, group, id);
}

/* Behind all machines: a backup may be named before it is made. */
static void add_backups(struct build *build, const GPtrArray *groups)
{
    for (unsigned i = 0; i < groups->len; i++) {
        const struct draft_group *group = g_ptr_array_index(groups, i);
        const char *id = build_text(build, group, "address");
        char *backup = build_backup_address(build, group);
        if (id != NULL && backup != NULL)
            add(build, "backup %s %s", id, backup);
        g_free(backup);
    }
}

/* Behind the virtual machines, which must be there. */
static void add_static(struct build *build, const struct draft_group *group)
{
    const char *id = build_text(build, group, "address");
    if (id == NULL || build_is(build, group, "static", "none"))
        return;
    const struct draft_group *virtual =
        draft_find(build->draft, GROUP_VIRTUAL, build_text(build, group, "static"));
    const char *as = virtual == NULL ? NULL : build_text(build, virtual, "address");
    if (as != NULL)
        add(build, "static %s %s", as, id);
}

void build_commands(struct build *build)
{
    GPtrArray *reals = draft_list(build->draft, GROUP_REAL);
    GPtrArray *virtuals = draft_list(build->draft, GROUP_VIRTUAL);
    add_settings(build);
    for (unsigned i = 0; i < reals->len; i++)
        add_real(build, g_ptr_array_index(reals, i));
    for (unsigned i = 0; i < virtuals->len; i++)
        add_virtual(build, g_ptr_array_index(virtuals, i));
    add_backups(build, reals);
    add_backups(build, virtuals);
    for (unsigned i = 0; i < reals->len; i++)
        add_static(build, g_ptr_array_index(reals, i));
    g_ptr_array_free(virtuals, TRUE);
    g_ptr_array_free(reals, TRUE);
}
