import {once} from 'node:events';
import http, {type IncomingMessage, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../../engine/errors.ts';
import {readBody, readStart, readWhole} from '../../../../engine/oci/registry/body.ts';
import {FakeClock} from './fake-ports.ts';
import {failure} from './images.ts';

const test = suite('bodies of answers');
const servers: http.Server[] = [];
test.after.each(() => {
	for (const server of servers.splice(0)) {
		server.close();
		server.closeAllConnections();
	}
});

async function answerOf(listener: RequestListener): Promise<IncomingMessage> {
	const server = http.createServer(listener).listen(0, '127.0.0.1');
	servers.push(server);
	await once(server, 'listening');
	const request = http.get({port: (server.address() as AddressInfo).port, host: '127.0.0.1'});
	const [message] = await once(request, 'response');
	return message;
}

const large = Buffer.alloc(64 << 20, 'large');

test('are read no faster than they are used, and waiting is not stalling', async () => {
	const message = await answerOf((_, response) => response.end(large));
	const clock = new FakeClock();
	const body = readBody(message, 'h', clock);
	const first = await body.next();
	await once(message, 'pause');
	assert.is(clock.pending, 0);
	clock.advance(1e9);
	assert.ok(message.socket.bytesRead < 4 << 20, `${message.socket.bytesRead} bytes were read`);
	let length = first.value?.length ?? 0;
	for await (const chunk of body) length += chunk.length;
	assert.is(length, large.length);
	assert.is(clock.pending, 0);
});

test('are given up to where the connection broke', async () => {
	const message = await answerOf((_, response) => {
		response.writeHead(200, {'content-length': 1_000_000});
		response.write(large.subarray(0, 900_000), () => response.destroy());
	});
	let length = 0;
	const reading = async () => {
		for await (const chunk of readBody(message, 'h', new FakeClock())) length += chunk.length;
	};
	const error = await failure(reading());
	assert.is(error.code, 'registry-interrupted');
	assert.is(length, 900_000);
});

test('that broke before they were read are an error too', async () => {
	const message = await answerOf((_, response) => {
		response.writeHead(200, {'content-length': 1_000_000});
		response.write('a', () => response.destroy());
	});
	await new Promise((resolve) => message.on('close', resolve));
	const error = await failure(Array.fromAsync(readBody(message, 'h', new FakeClock())));
	assert.is(error.code, 'registry-interrupted');
});

test('that nobody wants any more end their connection', async () => {
	const message = await answerOf((_, response) => response.end(large));
	const clock = new FakeClock();
	const start = await readStart(readBody(message, 'h', clock), 1000);
	assert.ok(start.length >= 1000 && start.length < 1 << 20);
	assert.ok(message.destroyed);
	assert.is(clock.pending, 0);
});

test('are read whole up to a limit', async () => {
	const small = await answerOf((_, response) => response.end('small'));
	const whole = await readWhole(readBody(small, 'h', new FakeClock()), 5, 'answer');
	assert.is(whole.toString(), 'small');
	const message = await answerOf((_, response) => response.end(large));
	const error = await failure(readWhole(readBody(message, 'h', new FakeClock()), 5, 'answer'));
	assert.instance(error, DamagedInput);
	assert.is(error.message, 'the answer has more than 5 bytes');
	assert.ok(message.destroyed);
});

test.run();
