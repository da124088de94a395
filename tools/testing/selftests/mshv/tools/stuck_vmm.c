// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM with a thread that waits for memory which nobody provides:
 *
 *	stuck_vmm FILE
 *
 * Its VP spins. Another thread is in an ioctl on the partition, and waits for the
 * handler of a userfaultfd to put the argument in place. FILE is made when it
 * does.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/userfaultfd.h>

#include "lib/guest.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT	0x80

static __guest void spin(__u64 unused)
{
	out32(PORT, 0);
	for (;;)
		asm volatile("pause");
}

static void *run(void *vp)
{
	vp_run(vp);
	return NULL;
}

static struct vm *vm;
static void *absent;

static void *wait_for_argument(void *unused)
{
	ioctl(vm->fd, MSHV_SET_GUEST_MEMORY, absent);
	return NULL;
}

/* A page that is never there, and the descriptor that tells who waits for it */
static int make_absent(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	require(fd >= 0 && !ioctl(fd, UFFDIO_API, &api), "have a userfaultfd");
	absent = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	require(absent != MAP_FAILED, "map a page");
	range.range.start = (unsigned long)absent;
	range.range.len = PAGE_SIZE;
	require(!ioctl(fd, UFFDIO_REGISTER, &range), "register a page");
	return fd;
}

int main(int argc, char **argv)
{
	struct pollfd fault = { .events = POLLIN };
	pthread_t thread;
	struct vp *vp;

	require(argc == 2, "be told a file");
	vm = vm_new();
	vp = vp_new(vm, 0);
	vp_start(vp, spin, 0);
	require(vp_writes_port(vp, PORT, 4, 0), "the VP begins");
	require(!pthread_create(&thread, NULL, run, vp), "start a thread");

	fault.fd = make_absent();
	require(!pthread_create(&thread, NULL, wait_for_argument, NULL),
		"start a thread");
	require(poll(&fault, 1, -1) == 1, "the thread waits");
	require(open(argv[1], O_CREAT | O_WRONLY, 0600) >= 0, "make %s",
		argv[1]);
	pause();
	return 0;
}
