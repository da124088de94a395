// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls in random order from several threads, with arguments that are mostly valid
 * and sometimes mutated, around a guest that does random things to its hypervisor.
 *
 *	fuzz [SEED [CALLS]]
 *
 * It goes in rounds, each a process with a partition of its own: so one that breaks
 * its own memory ends nothing but itself, and every round ends in the middle of
 * something. After each the hypervisor holds what it held before. What is wrong
 * besides is for the kernel to say. The last line has the numbers.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "lib/guest.h"
#include "lib/hv.h"
#include "lib/hypervisor.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/vp.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* Most of what a guest can see of the hypervisor */
#define FEATURES	(HV_FEATURE_PRESENT | HV_FEATURE_HV1 |		\
			 HV_FEATURE_REFERENCE_COUNTER | HV_FEATURE_SYNIC | \
			 HV_FEATURE_TIMERS | HV_FEATURE_APIC_MSRS |	\
			 HV_FEATURE_HYPERCALL_MSRS | HV_FEATURE_VP_INDEX | \
			 HV_FEATURE_REFERENCE_TSC | HV_FEATURE_GUEST_IDLE | \
			 HV_FEATURE_FLUSH | HV_FEATURE_CLUSTER_IPI |	\
			 HV_FEATURE_SIGNAL_EVENTS | HV_FEATURE_DIRECT_TIMERS)

#define THREADS		4
#define CALLS_OF_A_ROUND	500
/* Where the arguments point to, with nothing around it */
#define ARENA_SIZE	0x400000UL
#define GUARD		0x40000000UL
#define TICK_US		5000

static unsigned char *arena;
/*
 * Whatever the round has opened, by its kind; a thread takes one while another
 * closes it.
 */
enum kind { DEVICES, PARTITIONS, VPS, EVENTS, KINDS };
#define OF_A_KIND	6
static int descriptors[KINDS][OF_A_KIND];
static pthread_t threads[THREADS];

/* In memory that the rounds share */
static struct tally {
	unsigned long calls, good, guest_exits;
} *tally;

/* Xorshift: each thread has its own, so that only their order is not repeated. */
static __thread __u64 state;

static __u64 random64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1d;
}

static __u32 below(__u32 limit)
{
	return (random64() >> 32) % limit;
}

static bool one_in(__u32 number)
{
	return !below(number);
}

static __u64 odd_value(void)
{
	static const __u64 odd[] = {
		0, 1, 7, 0xfff, 0x1000, 0x1001, 0x7fffffff, 0x80000000,
		0xffffffff, 0x100000000, 1ULL << 40, 1ULL << 52, 1ULL << 63,
		~0ULL, ~0xfffULL,
	};

	return one_in(3) ? random64() : odd[below(ARRAY_SIZE(odd))];
}

/* One in four arguments is not what it was meant to be. */
static void mutate(void *argument, size_t size)
{
	unsigned char *bytes = argument;
	__u64 value;

	if (!size || !one_in(4))
		return;
	do {
		if (one_in(2)) {
			bytes[below(size)] ^= 1 << below(8);
			continue;
		}
		value = odd_value();
		if (size >= sizeof(value))
			memcpy(bytes + below(size / sizeof(value)) * sizeof(value),
			       &value, sizeof(value));
	} while (one_in(2));
}

static void *in_arena(void)
{
	return arena + below(ARENA_SIZE / PAGE_SIZE - 16) * PAGE_SIZE;
}

/* Sometimes one of another kind, or one that is not there */
static int descriptor(enum kind kind)
{
	if (one_in(16))
		kind = below(KINDS);
	return __atomic_load_n(&descriptors[kind][below(OF_A_KIND)], __ATOMIC_RELAXED);
}

/* The first two are those that the round began with; they seldom go. */
static void keep(enum kind kind, int fd)
{
	unsigned int place = one_in(32) ? below(2) : 2 + below(OF_A_KIND - 2);
	int old;

	if (fd < 0)
		return;
	old = __atomic_exchange_n(&descriptors[kind][place], fd, __ATOMIC_RELAXED);
	if (old >= 0)
		close(old);
}

static int call_on(int fd, unsigned long cmd, void *argument, size_t size)
{
	int ret;

	mutate(argument, size);
	ret = ioctl(fd, cmd, argument);
	__atomic_add_fetch(&tally->calls, 1, __ATOMIC_RELAXED);
	if (ret >= 0)
		__atomic_add_fetch(&tally->good, 1, __ATOMIC_RELAXED);
	return ret;
}

static int call(enum kind kind, unsigned long cmd, void *argument, size_t size)
{
	return call_on(descriptor(kind), cmd, argument, size);
}

/* What is opened */

static void fuzz_create_partition(void)
{
	struct mshv_create_partition_v2 args = {
		.pt_flags = below(1 << MSHV_PT_BIT_COUNT),
		.pt_num_cpu_fbanks = MSHV_NUM_CPU_FEATURES_BANKS,
	};

	keep(PARTITIONS, call(DEVICES, MSHV_CREATE_PARTITION, &args, sizeof(args)));
}

static void fuzz_initialize(void)
{
	call(PARTITIONS, MSHV_INITIALIZE_PARTITION, NULL, 0);
}

static void fuzz_create_vp(void)
{
	struct mshv_create_vp args = { .vp_index = below(8) };

	keep(VPS, call(PARTITIONS, MSHV_CREATE_VP, &args, sizeof(args)));
}

static void fuzz_open(void)
{
	if (one_in(2))
		keep(DEVICES, open("/dev/mshv", O_RDWR | O_CLOEXEC));
	else
		keep(EVENTS, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
}

static void fuzz_duplicate(void)
{
	enum kind kind = below(KINDS);

	keep(kind, dup(descriptor(kind)));
}

/* Memory */

static void fuzz_memory(void)
{
	struct mshv_user_mem_region args = {
		.size = (1 + below(64)) * PAGE_SIZE,
		.guest_pfn = (GUEST_MORE >> 12) + below(256),
		.userspace_addr = (uintptr_t)in_arena(),
		.flags = below(1 << MSHV_SET_MEM_BIT_COUNT),
	};

	call(PARTITIONS, MSHV_SET_GUEST_MEMORY, &args, sizeof(args));
}

static void fuzz_arena(void)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_PAGEOUT, MADV_COLD, MADV_FREE, MADV_HUGEPAGE,
	};
	size_t size = (1 + below(64)) * PAGE_SIZE;
	unsigned char *start = arena + below(ARENA_SIZE / PAGE_SIZE - 64) * PAGE_SIZE;

	madvise(start, size, advice[below(ARRAY_SIZE(advice))]);
}

static void fuzz_bitmap(void)
{
	struct mshv_gpap_access_bitmap args = {
		.access_type = below(MSHV_GPAP_ACCESS_TYPE_COUNT),
		.access_op = below(MSHV_GPAP_ACCESS_OP_COUNT),
		.page_count = 1 + below(1024),
		.gpap_base = below(1024),
		.bitmap_ptr = (uintptr_t)in_arena(),
	};

	call(PARTITIONS, MSHV_GET_GPAP_ACCESS_BITMAP, &args, sizeof(args));
}

/* Interrupts */

static void fuzz_irqfd(void)
{
	struct mshv_user_irqfd args = {
		.fd = descriptor(EVENTS),
		.resamplefd = descriptor(EVENTS),
		.gsi = below(16),
		.flags = below(MSHV_IRQFD_FLAGS_MASK + 1),
	};

	call(PARTITIONS, MSHV_IRQFD, &args, sizeof(args));
}

static void fuzz_ioeventfd(void)
{
	struct mshv_user_ioeventfd args = {
		.datamatch = below(4),
		.addr = GUEST_HOLE + below(4) * 8,
		.len = 1 << below(4),
		.fd = descriptor(EVENTS),
		.flags = below(MSHV_IOEVENTFD_FLAGS_MASK + 1),
	};

	call(PARTITIONS, MSHV_IOEVENTFD, &args, sizeof(args));
}

static void fuzz_routing(void)
{
	struct {
		struct mshv_user_irq_table head;
		struct mshv_user_irq_entry entries[16];
	} args = { .head.nr = below(16) };
	__u32 i;

	for (i = 0; i < args.head.nr; i++)
		args.entries[i] = (struct mshv_user_irq_entry){
			.gsi = i, .address_lo = 0xfee00000 | below(8) << 12,
			.data = below(256),
		};
	call(PARTITIONS, MSHV_SET_MSI_ROUTING, &args, sizeof(args));
}

static void fuzz_signal(void)
{
	__u64 one = 1;

	if (write(descriptor(EVENTS), &one, sizeof(one)) < 0)
		return;
}

/* Hypercalls of the VMM, and state */

static void fuzz_hypercall(void)
{
	static const __u16 codes[] = {
		HVCALL_GET_PARTITION_PROPERTY, HVCALL_SET_PARTITION_PROPERTY,
		HVCALL_INSTALL_INTERCEPT, HVCALL_GET_VP_REGISTERS,
		HVCALL_SET_VP_REGISTERS, HVCALL_TRANSLATE_VIRTUAL_ADDRESS,
		HVCALL_CLEAR_VIRTUAL_INTERRUPT, HVCALL_REGISTER_INTERCEPT_RESULT,
		HVCALL_ASSERT_VIRTUAL_INTERRUPT, HVCALL_SIGNAL_EVENT_DIRECT,
		HVCALL_POST_MESSAGE_DIRECT, HVCALL_GET_GPA_PAGES_ACCESS_STATES,
		HVCALL_GET_VP_CPUID_VALUES, HVCALL_GET_PARTITION_PROPERTY_EX,
	};
	__u64 *input = in_arena();
	struct mshv_root_hvcall args = {
		.code = one_in(16) ? odd_value() : codes[below(ARRAY_SIZE(codes))],
		.reps = one_in(2) ? 0 : below(8),
		.in_sz = 8 * below(40),
		.out_sz = 8 * below(40),
		.in_ptr = (uintptr_t)input,
		.out_ptr = (uintptr_t)in_arena(),
	};
	unsigned int i;

	for (i = 0; i < 40; i++)
		input[i] = one_in(2) ? below(16) : odd_value();
	call(one_in(2) ? PARTITIONS : VPS, MSHV_ROOT_HVCALL, &args, sizeof(args));
}

static void write_register(int fd, __u32 vp, __u32 name, __u64 value)
{
	struct hv_vp_registers *input = in_arena();
	struct hv_register *reg = (void *)(input + 1);
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_VP_REGISTERS,
		.reps = 1,
		.in_sz = sizeof(*input) + sizeof(*reg),
		.in_ptr = (uintptr_t)input,
	};

	*input = (struct hv_vp_registers){ .vp_index = vp };
	*reg = (struct hv_register){ .name = name, .value.u64 = value };
	call_on(fd, MSHV_ROOT_HVCALL, &args, sizeof(args));
}

static void fuzz_register(void)
{
	write_register(descriptor(VPS), below(2),
		       one_in(2) ? HV_REG_RAX + below(18) :
				   (below(16) << 16 | below(0x120)),
		       one_in(2) ? GUEST_CODE + below(0x4000) : odd_value());
}

static void fuzz_state(void)
{
	struct mshv_get_set_vp_state args = {
		.type = below(MSHV_VP_STATE_COUNT),
		.buf_sz = (1 + below(3)) * PAGE_SIZE,
		.buf_ptr = (uintptr_t)in_arena(),
	};

	call(VPS, one_in(3) ? MSHV_SET_VP_STATE : MSHV_GET_VP_STATE, &args,
	     sizeof(args));
}

static void fuzz_map_page(void)
{
	size_t size = PAGE_SIZE;
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			  descriptor(VPS), below(5) * PAGE_SIZE);

	if (page == MAP_FAILED)
		return;
	memset((unsigned char *)page + below(PAGE_SIZE - 8), below(256), 8);
	munmap(page, size);
}

/* Goes on behind what the guest did; sometimes it does that again. */
static void fuzz_run(void)
{
	const struct hv_message *message = in_arena();
	int fd = descriptor(VPS);

	if (call_on(fd, MSHV_RUN_VP, (void *)message, 0))
		return;
	__atomic_add_fetch(&tally->guest_exits, 1, __ATOMIC_RELAXED);
	if (!one_in(8))
		write_register(fd, message->head.vp_index, HV_REG_RIP,
			       message->head.rip + (message->head.instruction_length ?: 3));
}

static void (*const actions[])(void) = {
	fuzz_create_partition, fuzz_initialize, fuzz_create_vp, fuzz_open,
	fuzz_duplicate, fuzz_memory, fuzz_memory, fuzz_arena, fuzz_bitmap,
	fuzz_irqfd, fuzz_irqfd, fuzz_ioeventfd, fuzz_routing, fuzz_signal,
	fuzz_hypercall, fuzz_hypercall, fuzz_register, fuzz_register, fuzz_state,
	fuzz_state, fuzz_map_page, fuzz_run, fuzz_run, fuzz_run, fuzz_run,
};

/* The guest: what it does depends on its argument alone. */
static __guest void do_anything(__u64 seed)
{
	__u64 value;
	__u32 words[4];

	for (;;) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		value = seed >> 20;
		switch (seed >> 60) {
		case 0 ... 2:
			write_msr(0x40000000 + (value & 0x1ff), value);
			break;
		case 3:
			read_msr(0x40000000 + (value & 0x1ff));
			break;
		case 4:
			write_msr(value & 1 ? value & 0xfff : 0xc0000000 | (value & 0x1ff),
				  seed);
			break;
		case 5:
			cpuid(value & 0xffff, words);
			break;
		case 6:
			out32(value, seed);
			break;
		case 7:
			in32(value);
			break;
		case 8 ... 9:
			store(value & 0x3fffff & ~7ULL, seed);
			break;
		case 10:
			load(value & 0xffffffff & ~7ULL);
			break;
		case 11 ... 12:
			/* A hypercall by registers, whatever it may be */
			asm volatile("vmmcall" : : "c"((value & 0xff) | 0x10000),
				     "d"(seed), "r"(value) : "rax", "r8", "memory");
			break;
		case 13:
			flush_tlb();
			break;
		case 14:
			asm volatile("hlt");
			break;
		default:
			idle(value & 0xfff);
		}
	}
}

static void *fuzz_thread(void *argument)
{
	unsigned int left = CALLS_OF_A_ROUND / THREADS;

	state = (uintptr_t)argument;
	while (left--)
		actions[below(ARRAY_SIZE(actions))]();
	return NULL;
}

static void interrupted(int number)
{
}

/* A guest that does nothing but run would keep its thread for ever. */
static void *fuzz_ticker(void *unused)
{
	unsigned int i;

	for (;;) {
		usleep(TICK_US);
		for (i = 0; i < THREADS; i++)
			pthread_kill(threads[i], SIGUSR1);
	}
	return NULL;
}

static void make_guest(void)
{
	__u64 flags = one_in(2) ? _BITULL(MSHV_PT_BIT_LAPIC) : 0;
	struct vm *vm = one_in(4) ? vm_new_with(flags) :
				    vm_new_enlightened(flags, FEATURES);
	struct vp *vp;
	__u32 i;

	descriptors[DEVICES][0] = vm->device;
	descriptors[PARTITIONS][0] = vm->fd;
	for (i = 0; i < 2; i++) {
		vp = vp_new(vm, i);
		vp_start(vp, do_anything, random64());
		if (one_in(2))
			vp_use_tables(vp);
		descriptors[VPS][i] = vp->fd;
	}
	/* Instructions that nobody wrote */
	if (one_in(4))
		for (i = 0; i < 64; i++)
			((unsigned char *)vm->ram)[GUEST_CODE + below(0x2000)] = below(256);
}

static void fuzz_round(__u64 seed)
{
	struct sigaction action = { .sa_handler = interrupted };
	pthread_t ticker;
	uintptr_t i;

	state = seed | 1;
	arena = mmap(NULL, ARENA_SIZE + 2 * GUARD, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	require(arena != MAP_FAILED, "reserve the arena");
	arena += GUARD;
	require(!mprotect(arena, ARENA_SIZE, PROT_READ | PROT_WRITE), "arena");
	memset(descriptors, -1, sizeof(descriptors));
	make_guest();
	for (i = 0; i < OF_A_KIND; i++)
		descriptors[EVENTS][i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	require(!sigaction(SIGUSR1, &action, NULL), "take signals");
	for (i = 0; i < THREADS; i++)
		require(!pthread_create(&threads[i], NULL, fuzz_thread,
					(void *)(uintptr_t)(random64() | 1)),
			"start a thread");
	require(!pthread_create(&ticker, NULL, fuzz_ticker, NULL), "tick");
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	/* Not joined: the process ends with it, and with whatever is open. */
	_exit(0);
}

/* Returns whether the hypervisor holds nothing of the round in the end. */
static bool judge_round(__u64 seed, const char *before, unsigned long *died)
{
	int status;
	pid_t child = fork();

	require(child >= 0, "fork");
	if (!child)
		fuzz_round(seed);
	require(waitpid(child, &status, 0) == child, "wait");
	*died += WIFSIGNALED(status);
	if (!WIFSIGNALED(status) && WEXITSTATUS(status)) {
		complain("round %#llx did not begin", (unsigned long long)seed);
		return false;
	}
	if (*before && !ledger_becomes(before)) {
		complain("round %#llx left something", (unsigned long long)seed);
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	__u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned long calls = argc > 2 ? strtoul(argv[2], NULL, 0) : 20000;
	static char before[HYPERVISOR_REPLY];
	unsigned long died = 0, rounds = 0;
	bool good = true;

	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	require(tally != MAP_FAILED, "share the tally");
	if (hypervisor_present())
		hypervisor_ledger(before);
	while (good && tally->calls < calls) {
		good = judge_round(seed++, before, &died);
		rounds++;
	}
	printf("fuzzed=%lu ioctls, %lu of them good, %lu exits of guests, ",
	       tally->calls, tally->good, tally->guest_exits);
	printf("%lu rounds, %lu of them ended by a signal\n", rounds, died);
	return good && died * 4 < rounds ? 0 : 1;
}
