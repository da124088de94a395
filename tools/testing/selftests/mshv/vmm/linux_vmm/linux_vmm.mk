# SPDX-License-Identifier: GPL-2.0-only
#
# The VMM that boots Linux, and the program that Linux then runs. Part of
# tests.mk.

VMM := $(patsubst vmm/linux_vmm/%.c,%,$(wildcard vmm/linux_vmm/*.c))

tests: $(O)/linux_vmm $(O)/linux_init

$(O)/vmm/%.o: vmm/linux_vmm/%.c
	@mkdir -p $(O)/vmm
	$(CC) $(TEST_CFLAGS) -MMD -c -o $@ $<

$(O)/linux_vmm: $(VMM:%=$(O)/vmm/%.o) $(O)/lib/libmshv.a
	$(CC) $(TEST_CFLAGS) $(LDFLAGS) -o $@ $^

$(O)/linux_init: vmm/linux_vmm/guest/init.c
	@mkdir -p $(O)
	$(CC) $(CFLAGS) -Werror -pthread $(LDFLAGS) -MMD -MF $(O)/.linux_init.d -o $@ $<

-include $(VMM:%=$(O)/vmm/%.d) $(O)/.linux_init.d
