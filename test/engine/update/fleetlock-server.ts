import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export async function startServer(handler: Handler) {
	const server = createServer(handler).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** A small server of the protocol with one slot, and what it was asked. */
export function semaphore() {
	const asked: unknown[] = [];
	let holder: string | undefined;
	const decide = (url: string | undefined, client: string): [number, string] => {
		if (url === '/api/v1/pre-reboot') {
			holder ??= client;
			return holder === client ? [200, ''] : [409, 'all slots are taken'];
		}
		if (url !== '/api/v1/steady-state') return [404, 'no such endpoint'];
		if (holder === client) holder = undefined;
		return [200, ''];
	};
	const handler: Handler = async (request, response) => {
		const {client_params: client} = JSON.parse(await textOf(request));
		asked.push([request.method, request.url, request.headers['fleet-lock-protocol'], client]);
		const [status, value] = decide(request.url, client.id);
		response.writeHead(status).end(value && JSON.stringify({kind: 'failed_lock', value}));
	};
	return {asked, handler};
}

async function textOf(request: IncomingMessage): Promise<string> {
	let text = '';
	for await (const chunk of request) text += chunk;
	return text;
}
