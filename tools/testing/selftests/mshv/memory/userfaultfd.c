// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory that another thread of the VMM provides when it is touched, as
 * VMMs do after a migration or when they restore on demand.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <linux/userfaultfd.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT	0x80
#define SIZE	LARGE_PAGE_SIZE
#define FAR	(100 * PAGE_SIZE)
#define CONTENT	0x5eed

/* Page faults that userfaultfd told of, and the thread that deals with them */
struct handler {
	int fd;
	pthread_t thread;
	char *memory;
	char *alias;	/* where the handler itself sees the memory */
	__u64 *page;	/* what it gives */
	int missing;
	int minor;
	int protected;
};

static void resolve(struct handler *handler, const struct uffd_msg *msg)
{
	__u64 flags = msg->arg.pagefault.flags;
	__u64 address = msg->arg.pagefault.address & -PAGE_SIZE;
	int ret;

	if (flags & UFFD_PAGEFAULT_FLAG_WP) {
		struct uffdio_writeprotect no = {
			.range = { address, PAGE_SIZE },
		};

		handler->protected++;
		ret = ioctl(handler->fd, UFFDIO_WRITEPROTECT, &no);
	} else if (flags & UFFD_PAGEFAULT_FLAG_MINOR) {
		struct uffdio_continue go = { .range = { address, PAGE_SIZE } };

		handler->minor++;
		*(__u64 *)(handler->alias + (address - (uintptr_t)handler->memory)) =
			CONTENT;
		ret = ioctl(handler->fd, UFFDIO_CONTINUE, &go);
	} else {
		struct uffdio_copy copy = {
			.dst = address,
			.src = (uintptr_t)handler->page,
			.len = PAGE_SIZE,
		};

		handler->missing++;
		ret = ioctl(handler->fd, UFFDIO_COPY, &copy);
	}
	require(!ret, "give what was missing");
}

static void *handle(void *arg)
{
	struct handler *handler = arg;
	struct uffd_msg msg;

	while (read(handler->fd, &msg, sizeof(msg)) == sizeof(msg))
		resolve(handler, &msg);
	return NULL;
}

static bool handler_register(struct handler *handler, void *memory,
			     __u64 features, __u64 mode)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	struct uffdio_register reg = {
		.range = { (uintptr_t)memory, SIZE },
		.mode = mode,
	};

	*handler = (struct handler){
		.memory = memory,
		.page = memory_new(PAGE_SIZE),
	};
	*handler->page = CONTENT;
	handler->fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (handler->fd < 0 || ioctl(handler->fd, UFFDIO_API, &api))
		return false;
	require(!ioctl(handler->fd, UFFDIO_REGISTER, &reg), "register memory");
	return true;
}

static void handler_begin(struct handler *handler)
{
	require(!pthread_create(&handler->thread, NULL, handle, handler),
		"start a handler");
}

static __guest void load_and_store(__u64 gpa)
{
	out32(PORT, load(gpa));
	out32(PORT, load(gpa + FAR));
	store(gpa + FAR + PAGE_SIZE, 7);
	halt();
}

static void *small_memory(void)
{
	void *memory = memory_new(SIZE);

	require(!madvise(memory, SIZE, MADV_NOHUGEPAGE), "get small pages");
	return memory;
}

TEST_F_TIMEOUT(guest, missing_pages, 60)
{
	struct vp *vp = vp_new(self->vm, 0);
	void *memory = small_memory();
	struct handler handler;

	if (!handler_register(&handler, memory, 0, UFFDIO_REGISTER_MODE_MISSING))
		SKIP(return, "no userfaultfd");
	handler_begin(&handler);
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_and_store, GUEST_MORE);
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_halts(vp));
	/* Neighbours are left alone. */
	EXPECT_EQ(3, handler.missing);
	EXPECT_EQ(7, *(__u64 *)(memory + FAR + PAGE_SIZE));
}

/* To read protected pages is no business of the handler's. */
TEST_F_TIMEOUT(guest, protected_pages, 60)
{
	struct uffdio_writeprotect protect = { .mode = UFFDIO_WRITEPROTECT_MODE_WP };
	struct vp *vp = vp_new(self->vm, 0);
	void *memory = small_memory();
	struct handler handler;

	if (!handler_register(&handler, memory, UFFD_FEATURE_PAGEFAULT_FLAG_WP,
			      UFFDIO_REGISTER_MODE_WP))
		SKIP(return, "no userfaultfd");
	memset(memory, 0, SIZE);
	*(__u64 *)memory = CONTENT;
	*(__u64 *)(memory + FAR) = CONTENT;
	protect.range.start = (uintptr_t)memory;
	protect.range.len = SIZE;
	ASSERT_EQ(0, ioctl(handler.fd, UFFDIO_WRITEPROTECT, &protect));
	handler_begin(&handler);
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_and_store, GUEST_MORE);
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_EQ(0, handler.protected);
	EXPECT_TRUE(vp_halts(vp));
	EXPECT_EQ(1, handler.protected);
	EXPECT_EQ(7, *(__u64 *)(memory + FAR + PAGE_SIZE));
}

TEST_F_TIMEOUT(guest, minor_faults, 60)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);
	struct vp *vp = vp_new(self->vm, 0);
	struct handler handler;
	void *memory;

	ASSERT_EQ(0, ftruncate(fd, SIZE));
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, memory);
	if (!handler_register(&handler, memory, UFFD_FEATURE_MINOR_SHMEM,
			      UFFDIO_REGISTER_MODE_MINOR))
		SKIP(return, "no userfaultfd");
	handler.alias = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_POPULATE, fd, 0);
	ASSERT_NE(MAP_FAILED, handler.alias);
	handler_begin(&handler);
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_and_store, GUEST_MORE);
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_halts(vp));
	EXPECT_EQ(3, handler.minor);
	EXPECT_EQ(7, *(__u64 *)(handler.alias + FAR + PAGE_SIZE));
}

/* A VP whose thread waits for a page */
struct waiter {
	struct vp *vp;
	pthread_t thread;
	int result;
	bool done;
};

static void *run_once(void *arg)
{
	struct waiter *waiter = arg;

	waiter->result = vp_run(waiter->vp);
	__atomic_store_n(&waiter->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* The page fault that userfaultfd tells of says that the thread waits. */
static void waiter_begin(struct waiter *waiter, struct vp *vp,
			 struct handler *handler, struct uffd_msg *msg)
{
	*waiter = (struct waiter){ .vp = vp };
	require(!pthread_create(&waiter->thread, NULL, run_once, waiter),
		"start a thread");
	require(read(handler->fd, msg, sizeof(*msg)) == sizeof(*msg),
		"hear of a page fault");
}

static void do_nothing(int signal)
{
}

TEST_F_TIMEOUT(guest, signal_ends_the_wait, 60)
{
	struct sigaction action = { .sa_handler = do_nothing };
	struct vp *vp = vp_new(self->vm, 0);
	void *memory = small_memory();
	struct handler handler;
	struct waiter waiter;
	struct uffd_msg msg;
	int i;

	sigaction(SIGUSR1, &action, NULL);
	if (!handler_register(&handler, memory, 0, UFFDIO_REGISTER_MODE_MISSING))
		SKIP(return, "no userfaultfd");
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_and_store, GUEST_MORE);
	for (i = 0; i < 3; i++) {
		waiter_begin(&waiter, vp, &handler, &msg);
		/* The thread may be just about to sleep; that is a signal, too. */
		EXPECT_EQ(0, pthread_kill(waiter.thread, SIGUSR1));
		pthread_join(waiter.thread, NULL);
		EXPECT_EQ(-EINTR, waiter.result);
	}
	handler_begin(&handler);
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_halts(vp));
}

static __guest void touch_all(__u64 gpa)
{
	__u64 page;

	for (page = 0; page < SIZE / PAGE_SIZE; page++)
		store(gpa + page * PAGE_SIZE, page);
	halt();
}

/* One VP waits; memory comes and goes, and another VP touches it. */
TEST_F_TIMEOUT(guest, others_go_on_during_the_wait, 60)
{
	struct vp *vp = vp_new(self->vm, 0);
	struct vp *other = vp_new(self->vm, 1);
	void *memory = small_memory(), *more = small_memory();
	struct handler handler;
	struct waiter waiter;
	struct uffd_msg msg;
	int i;

	if (!handler_register(&handler, memory, 0, UFFDIO_REGISTER_MODE_MISSING))
		SKIP(return, "no userfaultfd");
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_and_store, GUEST_MORE);
	waiter_begin(&waiter, vp, &handler, &msg);
	for (i = 0; i < 3; i++) {
		vm_map(self->vm, GUEST_MORE + SIZE, more, SIZE, REGION_ALL);
		vp_start(other, touch_all, GUEST_MORE + SIZE);
		EXPECT_TRUE(vp_halts(other));
		vm_unmap(self->vm, GUEST_MORE + SIZE, more, SIZE);
	}
	EXPECT_FALSE(__atomic_load_n(&waiter.done, __ATOMIC_ACQUIRE));
	resolve(&handler, &msg);
	handler_begin(&handler);
	pthread_join(waiter.thread, NULL);
	EXPECT_EQ(0, waiter.result);
}

/* The region goes while a VP waits for a page of it. */
TEST_F_TIMEOUT(guest, region_goes_during_the_wait, 60)
{
	struct vp *vp = vp_new(self->vm, 0);
	void *memory = small_memory();
	struct handler handler;
	struct waiter waiter;
	struct uffd_msg msg;

	if (!handler_register(&handler, memory, 0, UFFDIO_REGISTER_MODE_MISSING))
		SKIP(return, "no userfaultfd");
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_and_store, GUEST_MORE);
	waiter_begin(&waiter, vp, &handler, &msg);
	vm_unmap(self->vm, GUEST_MORE, memory, SIZE);
	resolve(&handler, &msg);
	pthread_join(waiter.thread, NULL);
	EXPECT_EQ(0, waiter.result);
	EXPECT_TRUE(vp->message.type == HV_MSG_GPA_INTERCEPT ||
		    vp->message.type == HV_MSG_UNMAPPED_GPA);
}

TEST_HARNESS_MAIN
