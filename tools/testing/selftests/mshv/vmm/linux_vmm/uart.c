// SPDX-License-Identifier: GPL-2.0-only
/*
 * A 16550A serial port. What the guest sends is printed, and is sent at once:
 * the transmitter is always empty. What is received waits until the guest has
 * taken it, one byte at a time.
 */
#include <stdio.h>
#include <linux/serial_reg.h>

#include "vmm.h"

/*
 * @divisor, @ier, @fcr, @lcr, @mcr, @scratch: registers
 * @empty_pending: the guest was not yet told that the transmitter is empty
 * @received: what was received, if @full
 * @full: the guest has not taken it yet
 * @line: the interrupt line is up
 */
static struct {
	__u8 divisor[2];
	__u8 ier;
	__u8 fcr;
	__u8 lcr;
	__u8 mcr;
	__u8 scratch;
	bool empty_pending;
	__u8 received;
	bool full;
	bool line;
} uart;

static pthread_cond_t taken = PTHREAD_COND_INITIALIZER;

static bool is_received(void)
{
	return (uart.ier & UART_IER_RDI) && uart.full;
}

static bool is_sent(void)
{
	return (uart.ier & UART_IER_THRI) && uart.empty_pending;
}

/* The interrupt is edge triggered: it counts when the line goes up. */
static void update_line(void)
{
	bool up = (is_received() || is_sent()) && (uart.mcr & UART_MCR_OUT2);

	if (up && !uart.line)
		ioapic_raise(IRQ_SERIAL);
	uart.line = up;
}

static void send(char c)
{
	if (uart.mcr & UART_MCR_LOOP)
		return;
	putchar(c);
	if (c == '\n')
		fflush(stdout);
	/* Busy for no time: the line goes down, and up again. */
	uart.empty_pending = false;
	update_line();
	uart.empty_pending = true;
}

static __u8 take(void)
{
	uart.full = false;
	pthread_cond_signal(&taken);
	return uart.received;
}

static __u8 interrupt_cause(void)
{
	__u8 fifo = uart.fcr & UART_FCR_ENABLE_FIFO ? 0xc0 : 0;

	if (is_received())
		return fifo | UART_IIR_RDI;
	if (!is_sent())
		return fifo | UART_IIR_NO_INT;
	uart.empty_pending = false;
	return fifo | UART_IIR_THRI;
}

/* In loopback mode the inputs are the outputs. */
static __u8 modem_status(void)
{
	__u8 status = 0;

	if (!(uart.mcr & UART_MCR_LOOP))
		return UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS;
	if (uart.mcr & UART_MCR_RTS)
		status |= UART_MSR_CTS;
	if (uart.mcr & UART_MCR_DTR)
		status |= UART_MSR_DSR;
	if (uart.mcr & UART_MCR_OUT1)
		status |= UART_MSR_RI;
	if (uart.mcr & UART_MCR_OUT2)
		status |= UART_MSR_DCD;
	return status;
}

static __u8 read_register(__u16 offset)
{
	if (offset < 2 && (uart.lcr & UART_LCR_DLAB))
		return uart.divisor[offset];

	switch (offset) {
	case UART_RX:
		return take();
	case UART_IER:
		return uart.ier;
	case UART_IIR:
		return interrupt_cause();
	case UART_LCR:
		return uart.lcr;
	case UART_MCR:
		return uart.mcr;
	case UART_LSR:
		return UART_LSR_THRE | UART_LSR_TEMT |
		       (uart.full ? UART_LSR_DR : 0);
	case UART_MSR:
		return modem_status();
	case UART_SCR:
		return uart.scratch;
	default:
		return 0;
	}
}

static void write_register(__u16 offset, __u8 value)
{
	if (offset < 2 && (uart.lcr & UART_LCR_DLAB)) {
		uart.divisor[offset] = value;
		return;
	}

	switch (offset) {
	case UART_TX:
		send(value);
		break;
	case UART_IER:
		if (value & ~uart.ier & UART_IER_THRI)
			uart.empty_pending = true;
		uart.ier = value & 0x0f;
		break;
	case UART_FCR:
		uart.fcr = value;
		if (value & UART_FCR_CLEAR_RCVR)
			take();
		break;
	case UART_LCR:
		uart.lcr = value;
		break;
	case UART_MCR:
		uart.mcr = value & 0x1f;
		break;
	case UART_SCR:
		uart.scratch = value;
		break;
	}
}

__u32 uart_read(__u16 offset)
{
	__u8 value = read_register(offset);

	update_line();
	return value;
}

void uart_write(__u16 offset, __u32 value)
{
	write_register(offset, value);
	update_line();
}

void uart_receive(__u8 byte)
{
	pthread_mutex_lock(&devices_lock);
	while (uart.full)
		pthread_cond_wait(&taken, &devices_lock);
	uart.received = byte;
	uart.full = true;
	update_line();
	pthread_mutex_unlock(&devices_lock);
}
