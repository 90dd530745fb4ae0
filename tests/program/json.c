/* A JSON checker of some sixty lines, so that the program's own writer is judged by
 * somebody else. Recursive descent; a value is skipped or NULL is returned. */
#include "tests/program/support.h"

#include <string.h>

static const char *skip_value(const char *text);

static const char *skip_blanks(const char *text)
{
    return text == NULL ? NULL : text + strspn(text, " \t\r\n");
}

static const char *skip_escape(const char *text)
{
    if (*text == 'u') {
        return strspn(text + 1, "0123456789abcdefABCDEF") >= 4 ? text + 5 : NULL;
    }
    return *text != '\0' && strchr("\"\\/bfnrt", *text) != NULL ? text + 1 : NULL;
}

static const char *skip_string(const char *text)
{
    if (text == NULL || *text != '"') {
        return NULL;
    }
    for (text++; text != NULL && *text != '"';) {
        if ((unsigned char)*text < 0x20) {
            return NULL;
        }
        text = *text == '\\' ? skip_escape(text + 1) : text + 1;
    }
    return text == NULL ? NULL : text + 1;
}

static const char *skip_digits(const char *text)
{
    size_t length = strspn(text, "0123456789");

    return length == 0 ? NULL : text + length;
}

static const char *skip_number(const char *text)
{
    text += *text == '-';
    bool leading_zero = text[0] == '0' && g_ascii_isdigit(text[1]);

    text = leading_zero ? NULL : skip_digits(text);
    if (text != NULL && *text == '.') {
        text = skip_digits(text + 1);
    }
    if (text != NULL && (*text == 'e' || *text == 'E')) {
        text += 1;
        text = skip_digits(text + (*text == '+' || *text == '-'));
    }
    return text;
}

static const char *skip_member(const char *text)
{
    text = skip_blanks(skip_string(text));
    return text != NULL && *text == ':' ? skip_value(text + 1) : NULL;
}

/* An object's members or an array's values, from behind the opening bracket. */
static const char *skip_list(const char *text, char end, const char *(*skip)(const char *))
{
    text = skip_blanks(text);
    if (*text == end) {
        return text + 1;
    }
    for (;;) {
        text = skip_blanks(skip(skip_blanks(text)));
        if (text == NULL || *text != ',') {
            return text != NULL && *text == end ? text + 1 : NULL;
        }
        text++;
    }
}

static const char *skip_value(const char *text)
{
    static const char *const words[] = {"true", "false", "null"};

    text = skip_blanks(text);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_str_has_prefix(text, words[i])) {
            return text + strlen(words[i]);
        }
    }
    switch (*text) {
    case '{':
        return skip_list(text + 1, '}', skip_member);
    case '[':
        return skip_list(text + 1, ']', skip_value);
    case '"':
        return skip_string(text);
    default:
        return skip_number(text);
    }
}

bool json_valid(const char *text)
{
    const char *end = skip_blanks(skip_value(text));

    return end != NULL && *end == '\0';
}
