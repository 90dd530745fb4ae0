/* Runs every suite of one room. The build includes the room's suites.h before this
 * file: a list of names, each with its getter NAME_suite(). */
#include <check.h>
#include <stdlib.h>

int main(void)
{
    SRunner *runner = srunner_create(NULL);
#define ADD_SUITE(name) srunner_add_suite(runner, name##_suite());
    SUITE_LIST(ADD_SUITE)
#undef ADD_SUITE
    srunner_run_all(runner, CK_ENV); /* CK_VERBOSITY, normal unless told */
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
