/* Where libFuzzer comes in: TARGET is one of tests/fuzz/targets.h. */
#include "tests/fuzz/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    TARGET(bytes, length);
    return 0;
}
