/* Which command a line is, and who carries it out. */
#include "core/command.h"

#include "core/command_call.h"
#include "core/spelling.h"

#include <string.h>

struct form {
    const char *name;
    const char *shape;
    unsigned least, most; /* words after the name */
    void (*run)(struct command_call *call);
};

#define COMMAND_FORM(words, shape, least, most, name) {words, shape, least, most, command_##name},
static const struct form forms[] = {COMMAND_LIST(COMMAND_FORM)};
#undef COMMAND_FORM

void command_refuse(const struct command_call *call, const char *sentence, ...)
{
    va_list arguments;
    va_start(arguments, sentence);
    char *text = g_strdup_vprintf(sentence, arguments);
    va_end(arguments);
    struct command_result *result = call->result;
    g_assert(result->reply == NULL);
    result->action = COMMAND_FAILED;
    result->reply = g_strdup_printf("%s: %s", call->name, text);
    g_free(text);
}

/* How many words of the form's name the line begins with; *whole tells whether
 * these are all of them. */
static unsigned words_shared(const struct form *form, char *const *words, bool *whole)
{
    char **name = g_strsplit(form->name, " ", -1);
    unsigned shared = 0;
    while (name[shared] != NULL && words[shared] != NULL
           && strcmp(name[shared], words[shared]) == 0)
        shared++;
    *whole = name[shared] == NULL;
    g_strfreev(name);
    return shared;
}

/* The form with the longest name that the line begins with, or NULL. *shared is
 * how many words of some name it begins with: beyond it lies the word at fault. */
static const struct form *find_form(char *const *words, unsigned *length, unsigned *shared)
{
    const struct form *found = NULL;
    *length = *shared = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(forms); i++) {
        bool whole;
        unsigned count = words_shared(&forms[i], words, &whole);
        *shared = MAX(*shared, count);
        if (whole && count > *length) {
            found = &forms[i];
            *length = count;
        }
    }
    return found;
}

/* The words that may follow the first shared words of the line, each once. */
static GPtrArray *next_words(char *const *words, unsigned shared)
{
    GPtrArray *known = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < G_N_ELEMENTS(forms); i++) {
        bool whole;
        if (words_shared(&forms[i], words, &whole) != shared || whole)
            continue;
        char **name = g_strsplit(forms[i].name, " ", -1);
        if (!g_ptr_array_find_with_equal_func(known, name[shared], g_str_equal, NULL))
            g_ptr_array_add(known, g_strdup(name[shared]));
        g_strfreev(name);
    }
    return known;
}

static char *join(const GPtrArray *words)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < words->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(words, i));
    return g_string_free(text, FALSE);
}

/* The word behind the first shared words of the line fits no command. */
static void refuse_word(struct command_call *call, char *const *words, unsigned shared)
{
    GPtrArray *known = next_words(words, shared);
    const char *wrong = words[shared];
    const char *nearest = wrong != NULL ? spelling_nearest(wrong, known) : NULL;
    char *all = join(known);
    if (wrong == NULL)
        command_refuse(call, "the command is not complete; go on with one of: %s", all);
    else if (nearest != NULL)
        command_refuse(call, "unknown word \"%s\"; did you mean \"%s\"?", wrong, nearest);
    else
        command_refuse(call, "unknown word \"%s\"; write one of: %s", wrong, all);
    g_free(all);
    g_ptr_array_free(known, TRUE);
}

static void refuse_unknown(struct command_call *call, char **words, unsigned shared)
{
    GString *name = g_string_new(shared > 0 ? words[0] : call->name);
    for (unsigned i = 1; i < shared; i++)
        g_string_append_printf(name, " %s", words[i]);
    call->name = name->str;
    refuse_word(call, words, shared);
    g_string_free(name, TRUE);
}

/* Too many words may be a longer command misspelt, such as "failover hellotimes 3". */
static bool misspelt(char *const *words, unsigned length)
{
    GPtrArray *known = next_words(words, length);
    bool found = words[length] != NULL && spelling_nearest(words[length], known) != NULL;
    g_ptr_array_free(known, TRUE);
    return found;
}

static void run_words(struct command_call *call, char **words)
{
    unsigned length, shared;
    const struct form *form = find_form(words, &length, &shared);
    if (form == NULL || shared > length) {
        refuse_unknown(call, words, shared);
        return;
    }
    call->name = form->name;
    call->words = words + length;
    call->count = g_strv_length(call->words);
    if (call->count >= form->least && call->count <= form->most)
        form->run(call);
    else if (misspelt(words, length))
        refuse_word(call, words, length);
    else
        command_refuse(call, "write %s%s%s", form->name, *form->shape != '\0' ? " " : "",
                       form->shape);
}

/* The words of a line, without the empty ones that several spaces leave. */
static char **split(const char *line)
{
    char **words = g_strsplit_set(line, " \t\r\n", -1);
    unsigned kept = 0;
    for (unsigned i = 0; words[i] != NULL; i++) {
        if (*words[i] != '\0')
            words[kept++] = words[i];
        else
            g_free(words[i]);
    }
    words[kept] = NULL;
    return words;
}

/* Replies quote words, and go to logs and terminals. */
static bool printable(char *const *words)
{
    for (; *words != NULL; words++)
        for (const char *letter = *words; *letter != '\0'; letter++)
            if (!g_ascii_isgraph(*letter))
                return false;
    return true;
}

void command_run(const char *line, struct machines *machines, struct settings *settings,
                 struct command_result *result)
{
    g_assert(line != NULL && machines != NULL && settings != NULL);
    *result = (struct command_result){.action = COMMAND_DONE};
    struct command_call call = {
        .name = "command", .machines = machines, .settings = settings, .result = result,
    };
    char **words = split(line);
    if (!printable(words))
        command_refuse(&call, "there are letters beyond printable ASCII in it; write it without");
    else if (words[0] != NULL)
        run_words(&call, words);
    g_strfreev(words);
    machines_changed(machines);
    if (result->reply == NULL)
        result->reply = g_strdup("");
    g_assert((result->action == COMMAND_FAILED) == (*result->reply != '\0'));
}

void command_result_clear(struct command_result *result)
{
    g_free(result->reply);
    if (result->physicals != NULL)
        g_ptr_array_free(result->physicals, TRUE);
    if (result->status_before != NULL)
        g_array_free(result->status_before, TRUE);
    *result = (struct command_result){.action = COMMAND_DONE};
}
