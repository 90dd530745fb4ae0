#include "sim/scenario/problem.h"

struct problem {
    unsigned line;
    unsigned number;
    char *text;
};

struct problems {
    char *file;
    GPtrArray *list;
    GHashTable *known; /* texts already there; borrowed from list */
};

static void problem_free(void *data)
{
    struct problem *problem = data;
    g_free(problem->text);
    g_free(problem);
}

struct problems *problems_new(const char *file)
{
    g_assert(file != NULL);
    struct problems *problems = g_new0(struct problems, 1);
    problems->file = g_strdup(file);
    problems->list = g_ptr_array_new_with_free_func(problem_free);
    problems->known = g_hash_table_new(g_str_hash, g_str_equal);
    return problems;
}

void problems_free(struct problems *problems)
{
    if (problems == NULL)
        return;
    g_hash_table_destroy(problems->known);
    g_ptr_array_free(problems->list, TRUE);
    g_free(problems->file);
    g_free(problems);
}

static char *compose(const struct problems *problems, struct origin origin, const char *about,
                     const char *what)
{
    const char *colon = about == NULL ? "" : ": ";
    if (about == NULL)
        about = "";
    if (origin.kind == ORIGIN_SET)
        return g_strdup_printf("%s%s%s", about, colon, what);
    if (origin.line == 0)
        return g_strdup_printf("%s: %s%s%s", problems->file, about, colon, what);
    return g_strdup_printf("%s:%u: %s%s%s", problems->file, origin.line, about, colon, what);
}

void problems_add(struct problems *problems, struct origin origin, const char *about,
                  const char *what)
{
    g_assert(what != NULL);
    char *text = compose(problems, origin, about, what);
    if (g_hash_table_contains(problems->known, text)) {
        g_free(text);
        return;
    }
    struct problem *problem = g_new(struct problem, 1);
    problem->line = origin.kind == ORIGIN_SET ? G_MAXUINT : origin.line;
    problem->number = problems->list->len;
    problem->text = text;
    g_ptr_array_add(problems->list, problem);
    g_hash_table_add(problems->known, text);
}

void problems_addf(struct problems *problems, struct origin origin, const char *about,
                   const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    problems_add(problems, origin, about, what);
    g_free(what);
}

bool problems_any(const struct problems *problems)
{
    return problems->list->len > 0;
}

static int compare(const void *left, const void *right)
{
    const struct problem *a = *(const struct problem *const *)left;
    const struct problem *b = *(const struct problem *const *)right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

char *problems_text(struct problems *problems)
{
    g_ptr_array_sort(problems->list, compare);
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < problems->list->len; i++) {
        const struct problem *problem = g_ptr_array_index(problems->list, i);
        g_string_append_printf(text, "%s%s", i == 0 ? "" : "\n", problem->text);
    }
    return g_string_free(text, FALSE);
}
