// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VM of `make demo`: its guest prints a line through an I/O port, byte by
 * byte, again and again. After a second this prints what the guest said and
 * how many exits that took, as KEY=VALUE lines.
 */
#include <string.h>

#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT		0xe9
#define DURATION_US	1000000

static const char line[] = "Hello from a partition!";

static __guest void print_forever(__u64 text)
{
	const char *c;

	for (;;)
		for (c = (const char *)text; *c; c++)
			out8(PORT, *c);
}

/* Runs the guest for one line, and takes down what it says. */
static void listen(struct vp *vp, struct hv_register_page *page, char *said)
{
	size_t i;

	for (i = 0; i < strlen(line); i++) {
		require(vp_runs_into(vp, HV_MSG_IO_PORT), "run the guest");
		require(vp->message.port.port == PORT, "hear of port %#x",
			PORT);
		said[i] = vp->message.port.rax;
		page->rip += vp->message.head.instruction_length;
		page->dirty |= HV_REGISTER_PAGE_RIP;
	}
	said[i] = '\0';
}

int main(void)
{
	struct hv_register_page *page;
	struct vm *vm = vm_new();
	struct vp *vp = vp_new(vm, 0);
	char said[sizeof(line)];
	__u64 begin, elapsed;
	unsigned long exits = 0;

	memcpy((char *)vm->ram + GUEST_SCRATCH, line, sizeof(line));
	page = vp_map_page(vp, MSHV_VP_MMAP_OFFSET_REGISTERS);
	vp_start(vp, print_forever, GUEST_SCRATCH);

	begin = now_us();
	do {
		listen(vp, page, said);
		require(!strcmp(said, line), "understand '%s'", said);
		exits += strlen(line);
		elapsed = now_us() - begin;
	} while (elapsed < DURATION_US);

	printf("said=%s\n", said);
	printf("exits=%lu\n", exits);
	printf("exits-per-second=%llu\n", exits * 1000000 / elapsed);
	return 0;
}
