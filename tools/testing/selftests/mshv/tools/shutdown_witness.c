// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM that stays while the system goes down:
 *
 *	shutdown_witness FILE
 *
 * It makes FILE when its VPs run. When they are stopped from outside it tries
 * what it can still do, and tells the kernel log. What it reaches it notes like
 * a test, see lib/reached.h.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "lib/event.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/reached.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT	0x80
#define VPS	4
#define MMIO	0xfc000000UL
#define GSI	5

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

static __guest void spin(__u64 index)
{
	out32(PORT, index);
	for (;;)
		asm volatile("pause");
}

/* There is nothing, and there is no answer: the next run is the same again. */
static __guest void knock(__u64 index)
{
	out32(PORT, index);
	for (;;)
		load(GUEST_HOLE);
}

/* Half of the VPs never exit, half of them do nothing else. */
static struct vp *begin(struct vm *vm, __u32 index)
{
	struct vp *vp = vp_new(vm, index);

	vp_start(vp, index % 2 ? knock : spin, 0);
	require(vp_writes_port(vp, PORT, 4, 0), "VP %u begins", index);
	return vp;
}

/* Both directions of eventfds; what comes in goes nowhere in the end. */
static int connect(struct vm *vm)
{
	struct mshv_user_irqfd irqfd = { .fd = event_new(), .gsi = GSI };

	ioeventfd_any(vm, MMIO, 4);
	require(!ioctl(vm->fd, MSHV_IRQFD, &irqfd), "assign an irqfd");
	return irqfd.fd;
}

static void *run_until_stopped(void *arg)
{
	struct vp *vp = arg;
	int ret;

	do
		ret = vp_run(vp);
	while (!ret);
	return (void *)(long)ret;
}

static void tell(const char *what, bool right)
{
	char text[128];

	snprintf(text, sizeof(text), "shutdown_witness: %s: %s\n", what,
		 right ? "right" : "WRONG");
	write_file("/dev/kmsg", text);
}

static const unsigned long partition_ioctls[] = {
	MSHV_INITIALIZE_PARTITION,
	MSHV_CREATE_VP,
	MSHV_SET_GUEST_MEMORY,
	MSHV_IRQFD,
	MSHV_IOEVENTFD,
	MSHV_SET_MSI_ROUTING,
	MSHV_GET_GPAP_ACCESS_BITMAP,
	MSHV_ROOT_HVCALL,
};

static const unsigned long vp_ioctls[] = {
	MSHV_RUN_VP,
	MSHV_GET_VP_STATE,
	MSHV_SET_VP_STATE,
	MSHV_ROOT_HVCALL,
};

/* Whatever the argument is */
static bool refused(int fd, unsigned long request)
{
	static char argument[PAGE_SIZE];

	return ioctl(fd, request, argument) == -1 && errno == ESHUTDOWN;
}

static bool all_refused(int fd, const unsigned long *requests, size_t count)
{
	size_t i;

	for (i = 0; i < count && refused(fd, requests[i]); i++)
		;
	return i == count;
}

static jmp_buf after_signal;

static void on_signal(int number)
{
	longjmp(after_signal, 1);
}

static bool is_gone(const __u64 *page)
{
	signal(SIGBUS, on_signal);
	if (setjmp(after_signal))
		return true;
	peek(page);
	return false;
}

int main(int argc, char **argv)
{
	struct vm *vm = vm_new();
	pthread_t threads[VPS];
	bool all_stopped = true;
	struct vp *vps[VPS];
	const __u64 one = 1;
	void *page, *ret;
	int event, i;

	require(argc == 2, "be told a file");
	reached_by("system", "goes_down");
	for (i = 0; i < VPS; i++)
		vps[i] = begin(vm, i);
	event = connect(vm);
	page = vp_map_page(vps[0], MSHV_VP_MMAP_OFFSET_REGISTERS);
	peek(page);
	for (i = 0; i < VPS; i++)
		require(!pthread_create(&threads[i], NULL, run_until_stopped,
					vps[i]), "start a thread");
	sleep_us(100000);
	require(open(argv[1], O_CREAT | O_WRONLY, 0600) >= 0, "make %s",
		argv[1]);

	for (i = 0; i < VPS; i++) {
		pthread_join(threads[i], &ret);
		all_stopped &= (long)ret == -ESHUTDOWN;
	}
	tell("every VP is stopped", all_stopped);
	tell("a VP knows no ioctl",
	     all_refused(vps[0]->fd, vp_ioctls, ARRAY_SIZE(vp_ioctls)));
	tell("a partition knows no ioctl",
	     all_refused(vm->fd, partition_ioctls,
			 ARRAY_SIZE(partition_ioctls)));
	tell("there is no new partition",
	     refused(vm->device, MSHV_CREATE_PARTITION));
	tell("a page is gone", is_gone(page));
	tell("an event does no harm",
	     write(event, &one, sizeof(one)) == sizeof(one));
	for (i = 0; i < VPS; i++)
		tell("a VP is closed", !close(vps[i]->fd));
	tell("the partition is closed", !close(vm->fd));
	tell("the device is closed", !close(vm->device));
	return 0;
}
