// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doorbell ports of the parent, and connections of its children to them.
 *
 * A port is paid by the parent's own pool, a connection by the child's. All of
 * it is under children_lock.
 */
#include "port.h"

struct port *ports;

static struct port **port_link(u32 id)
{
	struct port **link = &ports;

	while (*link && (*link)->id != id)
		link = &(*link)->next;
	return link;
}

/**
 * port_find() - Find a port
 * @id: its id
 *
 * Return: the port, or NULL.
 */
struct port *port_find(u32 id)
{
	return *port_link(id);
}

/**
 * port_create() - Create a port
 * @like: what it is to be, but for @next
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PORT_ID (in use), or
 * HV_STATUS_INSUFFICIENT_MEMORY (in the parent's own pool).
 */
enum hv_status port_create(const struct port *like)
{
	struct port **link = port_link(like->id);
	u64 page;

	if (*link)
		return HV_STATUS_INVALID_PORT_ID;
	if (!pool_take(&parent_pool, 1, &page))
		return HV_STATUS_INSUFFICIENT_MEMORY;

	*link = (struct port *)page;
	**link = *like;
	return HV_STATUS_SUCCESS;
}

/**
 * port_delete() - Delete a port
 * @id: its id
 *
 * An event that names it may still be in a ring.
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PORT_ID, or
 * HV_STATUS_OPERATION_DENIED (a connection leads there).
 */
enum hv_status port_delete(u32 id)
{
	struct port **link = port_link(id), *port = *link;

	if (!port)
		return HV_STATUS_INVALID_PORT_ID;
	if (port->connections)
		return HV_STATUS_OPERATION_DENIED;
	*link = port->next;
	pool_return(&parent_pool, (u64)port);
	return HV_STATUS_SUCCESS;
}

static bool collide(const struct connection *a, const struct connection *b)
{
	return a->gpa == b->gpa &&
	       HV_DOORBELL_SIZE(a->flags) == HV_DOORBELL_SIZE(b->flags) &&
	       (((a->flags | b->flags) & HV_DOORBELL_ANY_VALUE) ||
		a->value == b->value);
}

/**
 * connection_create() - Connect a child to a port
 * @child: the child
 * @like: what the connection is to be, but for @next
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_CONNECTION_ID (in use),
 * HV_STATUS_INVALID_PARAMETER (a write could ring another one of the same size),
 * or HV_STATUS_INSUFFICIENT_MEMORY (in the child's pool).
 */
enum hv_status connection_create(struct child *child,
				 const struct connection *like)
{
	struct connection **link;
	u64 page;

	for (link = &child->connections; *link; link = &(*link)->next) {
		if ((*link)->id == like->id)
			return HV_STATUS_INVALID_CONNECTION_ID;
		if (collide(*link, like))
			return HV_STATUS_INVALID_PARAMETER;
	}
	if (!pool_take(&child->pool, 1, &page))
		return HV_STATUS_INSUFFICIENT_MEMORY;

	*link = (struct connection *)page;
	**link = *like;
	like->port->connections++;
	return HV_STATUS_SUCCESS;
}

static void delete_connection(struct child *child, struct connection **link)
{
	struct connection *connection = *link;

	*link = connection->next;
	connection->port->connections--;
	pool_return(&child->pool, (u64)connection);
}

/**
 * connection_delete() - Disconnect a child from a port
 * @child: the child
 * @id: id of the connection
 *
 * Return: HV_STATUS_SUCCESS or HV_STATUS_INVALID_CONNECTION_ID.
 */
enum hv_status connection_delete(struct child *child, u32 id)
{
	struct connection **link = &child->connections;

	while (*link && (*link)->id != id)
		link = &(*link)->next;
	if (!*link)
		return HV_STATUS_INVALID_CONNECTION_ID;
	delete_connection(child, link);
	return HV_STATUS_SUCCESS;
}

/**
 * child_disconnect() - Disconnect a child from all ports
 * @child: the child, which comes to its end
 */
void child_disconnect(struct child *child)
{
	while (child->connections)
		delete_connection(child, &child->connections);
}
