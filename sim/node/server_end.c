#include "sim/node/server_end.h"

/* From one word unasked to the next at least, whatever is drawn. */
#define LEAST_SILENCE NSTIME_MS

static const struct scenario *scenario_of(const struct server_end *end)
{
    const struct servers *servers = end->tcp.stack->owner;
    return servers->clients->config.scenario;
}

static const struct workload_spec *spec_of(const struct server_end *end)
{
    return plan_spec(scenario_of(end), &end->plan);
}

static nstime now_of(const struct server_end *end)
{
    return engine_now(end->tcp.stack->engine);
}

/* ---- requests and answers */

static uint32_t request_size(const struct server_end *end)
{
    return plan_request_size(scenario_of(end), &end->plan, end->request);
}

void server_end_begin(struct server_end *end)
{
    end->request_to = end->tcp.received + request_size(end);
}

static void begin_answer(struct servers *servers, struct server_end *end)
{
    const struct real_spec *real = servers_real(servers, end->tcp.station);
    if (servers->open && end->request == 0)
        servers_open_announced(servers, end);
    end->serving = true;
    end->tcp.alarm_at =
        now_of(end) + plan_service_time(&end->plan, &real->service_time, end->request);
}

static void answer(struct server_end *end)
{
    tcp_write(&end->tcp, plan_response_size(scenario_of(end), &end->plan, end->request));
    end->serving = false;
    end->tcp.alarm_at = NSTIME_NEVER;
    end->request++;
    end->request_to += request_size(end);
}

static bool request_whole(const struct server_end *end)
{
    return !end->serving && !tcp_before(end->tcp.received - end->client_done, end->request_to);
}

static bool request_begun(const struct server_end *end)
{
    return tcp_before(end->request_to - request_size(end),
                      end->tcp.received - end->client_done);
}

static void close_end(struct servers *servers, struct server_end *end)
{
    end->tcp.alarm_at = NSTIME_NEVER;
    tcp_close(&end->tcp);
    servers_release(servers, end);
}

/* ---- while no answer is due */

static nstime until_word(const struct server_end *end)
{
    if (!spec_of(end)->pushes)
        return NSTIME_NEVER;
    return MAX(plan_push_time(scenario_of(end), &end->plan, end->messages), LEAST_SILENCE);
}

/* Where the message stands among the answers is told to the client, since payload here has no
 * framing. */
void server_end_speak(struct servers *servers, struct server_end *end)
{
    uint32_t bytes = plan_push_size(scenario_of(end), &end->plan, end->messages++);
    struct client *client = clients_by_tag(servers->clients, end->tcp.socket.tag);
    tcp_write(&end->tcp, bytes);
    if (client != NULL)
        client_expect_message(client, end->request, bytes, end->tcp.end);
}

static void hang_up(struct servers *servers, struct server_end *end)
{
    struct client *client = clients_by_tag(servers->clients, end->tcp.socket.tag);
    if (client != NULL)
        client->hung_up = true;
    close_end(servers, end);
}

/* From its last word, or from the opening, a server says the next after a drawn time, and
 * hangs up after idle-close, whichever comes first. A request that begins puts both off until
 * it is answered. */
static void wait(struct servers *servers, struct server_end *end)
{
    nstime *alarm = &end->tcp.alarm_at;
    nstime idle_close = servers_real(servers, end->tcp.station)->idle_close;
    nstime word = until_word(end), silence = MIN(word, idle_close);
    if (silence == NSTIME_NEVER)
        return;
    if (request_begun(end)) {
        *alarm = NSTIME_NEVER;
        return;
    }
    if (*alarm <= now_of(end)) {
        *alarm = NSTIME_NEVER;
        if (idle_close <= word) {
            hang_up(servers, end);
            return;
        }
        server_end_speak(servers, end);
        silence = MIN(until_word(end), idle_close);
    }
    if (*alarm == NSTIME_NEVER)
        *alarm = now_of(end) + silence;
}

/* A socket without a plan belongs to a client that has gone: it waits for its RST. */
void server_end_serve(struct servers *servers, struct server_end *end)
{
    if (end->plan.key == 0 || end->tcp.orphan || end->tcp.state < TCP_ESTABLISHED)
        return;
    for (;;) {
        if (request_whole(end))
            begin_answer(servers, end);
        if (!end->serving || end->tcp.alarm_at > now_of(end))
            break;
        answer(end);
    }
    if (end->serving)
        return;
    if (end->client_done)
        close_end(servers, end);
    else
        wait(servers, end);
}
