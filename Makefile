# understudy: make | demo | check | lint | asan | bench | results | regress | accept | install
#
# V=1 shows the commands. VARIANT=asan builds beside the ordinary build. Each folder is
# compiled with a view of only what it may include (build/view/), so that a forbidden
# include does not compile.

PREFIX  ?= /usr/local
VARIANT ?= release
CFLAGS  ?= -O2 -g
JOBS    ?= 2

CSTD     := -std=c11 -D_XOPEN_SOURCE=700
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wformat=2 -Wundef -Wpointer-arith -Wwrite-strings
# no fused multiply-add: the same bits on every machine
EXACT    := -ffp-contract=off
HARDEN   := -fstack-protector-strong
ifeq ($(VARIANT),asan)
SANITIZE := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
endif

PKG_CONFIG ?= pkg-config
system_include = $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null))
GLIB_CFLAGS  := $(call system_include,glib-2.0 gio-2.0)
GLIB_LIBS    := $(shell $(PKG_CONFIG) --libs glib-2.0 gio-2.0 2>/dev/null)
CHECK_CFLAGS := $(call system_include,check)
CHECK_LIBS   := $(shell $(PKG_CONFIG) --libs check 2>/dev/null)

BUILD := build/$(VARIANT)
VIEW  := $(CURDIR)/build/view
Q     := $(if $(V),,@)
say    = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

COMPILE = $(CC) $(CSTD) $(CFLAGS) $(WARNINGS) $(WERROR) $(EXACT) $(HARDEN) $(SANITIZE) $(GLIB_CFLAGS) -MMD -MP

core_src     := $(sort $(wildcard core/*.c))
analysis_src := $(sort $(wildcard analysis/*.c))
sim_src      := $(sort $(wildcard sim/*/*.c))
main_src     := sim/command/main.c
objects       = $(patsubst %.c,$(BUILD)/%.o,$(1))

LIBS := $(BUILD)/libsim.a $(BUILD)/libanalysis.a $(BUILD)/libdirector.a

.PHONY: all
all: understudy

understudy: $(BUILD)/understudy
	$(Q)ln -sf $< $@

$(BUILD)/understudy: $(call objects,$(main_src)) $(LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(GLIB_LIBS) -lcsv -lm

$(BUILD)/libdirector.a: $(call objects,$(core_src))
$(BUILD)/libanalysis.a: $(call objects,$(analysis_src))
$(BUILD)/libsim.a: $(call objects,$(filter-out $(main_src),$(sim_src)))
$(LIBS):
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

build/view/ready:
	@mkdir -p build/view/core build/view/analysis build/view/sim
	@ln -sfn $(CURDIR)/core build/view/core/core
	@ln -sfn $(CURDIR)/analysis build/view/analysis/analysis
	@ln -sfn $(CURDIR)/core build/view/sim/core
	@ln -sfn $(CURDIR)/analysis build/view/sim/analysis
	@ln -sfn $(CURDIR)/sim build/view/sim/sim
	@touch $@

$(BUILD)/core/%.o: core/%.c | build/view/ready
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) -I$(VIEW)/core -c -o $@ $<
$(BUILD)/analysis/%.o: analysis/%.c | build/view/ready
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) -I$(VIEW)/analysis -c -o $@ $<
$(BUILD)/sim/%.o: sim/%.c | build/view/ready
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) -I$(VIEW)/sim -c -o $@ $<
$(BUILD)/tests/%.o: tests/%.c | build/view/ready
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) $(CHECK_CFLAGS) -I. -c -o $@ $<

# ---- tests: one runner a room, tests/ROOM/*.c with its own main.c
TEST_ROOMS := core engine network node scenario run analysis program
test_objects = $(call objects,$(sort $(wildcard tests/$(1)/*.c)))
TEST_RUNNERS := $(foreach room,$(TEST_ROOMS),$(if $(wildcard tests/$(room)/main.c),$(BUILD)/tests/$(room)/run))

define test_runner
$(BUILD)/tests/$(1)/run: $(call test_objects,$(1)) $(LIBS)
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(CFLAGS) $$(SANITIZE) $$(LDFLAGS) -o $$@ $$^ $$(CHECK_LIBS) $$(GLIB_LIBS) -lcsv -lm
.PHONY: check-$(1)
check-$(1): $(BUILD)/tests/$(1)/run understudy
	$$(Q)$$<
endef
$(foreach room,$(TEST_ROOMS),$(eval $(call test_runner,$(room))))

.PHONY: check
check: understudy $(TEST_RUNNERS)
	$(Q)status=0; for runner in $(TEST_RUNNERS); do $$runner || status=1; done; exit $$status

.PHONY: clean
clean:
	rm -rf build understudy

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
