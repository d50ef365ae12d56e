import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {lockReboot, unlockReboot} from '../../../engine/update/fleetlock.ts';
import {type Handler, semaphore, startServer} from './fleetlock-server.ts';

const test = suite('FleetLock');
const id = '4d2133d69d5cb63b0f93b9369e8458ef';

const never = new AbortController().signal;

test('lets one machine reboot after the other', async () => {
	const {asked, handler} = semaphore();
	await using server = await startServer(handler);
	const place = {url: `${server.url}/api/`, group: 'web'};
	const first = {id, signal: never};
	const second = {id: 'b'.repeat(32), signal: never};
	const denied = `${place.url} says failed_lock: all slots are taken`;
	assert.equal(await lockReboot(place, first), {kind: 'granted'});
	assert.equal(await lockReboot(place, first), {kind: 'granted'});
	assert.equal(await lockReboot(place, second), {kind: 'denied', text: denied});
	assert.equal(await unlockReboot(place, first), {kind: 'granted'});
	assert.equal(await lockReboot({...place, url: `${server.url}/api`}, second), {kind: 'granted'});
	assert.equal(
		asked,
		(
			[
				['pre-reboot', first],
				['pre-reboot', first],
				['pre-reboot', second],
				['steady-state', first],
				['pre-reboot', second],
			] as const
		).map(([endpoint, client]) => [
			'POST',
			`/api/v1/${endpoint}`,
			'true',
			{group: 'web', id: client.id},
		]),
	);
});

const answers: readonly (readonly [name: string, Handler, kind: string, text: string])[] = [
	[
		'a page of a web server',
		(_, response) => void response.writeHead(404).end('<html>'),
		'unreachable',
		'URL is no FleetLock server: status 404',
	],
	[
		'a redirect, which it does not follow',
		(_, response) => void response.writeHead(307, {location: 'http://192.0.2.1/'}).end(),
		'unreachable',
		'URL is no FleetLock server: status 307',
	],
	[
		'text that would fool a terminal',
		(_, response) =>
			void response.writeHead(503).end(JSON.stringify({kind: 'a\u001b[2J', value: 'b\nc'})),
		'denied',
		'URL says a\\u{1b}[2J: b\\u{a}c',
	],
	[
		'an answer of other types',
		(_, response) => void response.writeHead(500).end('{"kind": 1, "value": null}'),
		'unreachable',
		'URL is no FleetLock server: status 500',
	],
	[
		'a body without end',
		(_, response) => {
			response.writeHead(500);
			const more = (): void => {
				while (!response.destroyed && response.write('x'.repeat(16_384)));
			};
			response.on('drain', more);
			more();
		},
		'unreachable',
		'URL is no FleetLock server: status 500',
	],
	[
		'a connection that breaks',
		(request) => void request.socket.destroy(),
		'unreachable',
		'URL does not answer: other side closed',
	],
];
for (const [name, handler, kind, text] of answers)
	test(`waits for ${name}`, async () => {
		await using server = await startServer(handler);
		const answer = await lockReboot({url: server.url, group: 'a'}, {id, signal: never});
		assert.equal(answer, {kind, text: text.replace('URL', server.url)});
	});

test('waits where no server is', async () => {
	const url = await (async () => {
		await using server = await startServer(() => {});
		return server.url;
	})();
	const answer = await lockReboot({url, group: 'a'}, {id, signal: never});
	assert.equal(answer, {
		kind: 'unreachable',
		text: `${url} does not answer: connect ECONNREFUSED ${new URL(url).host}`,
	});
});

test('waits no longer than it is told for a server that says nothing', async () => {
	const giveUp = new AbortController();
	await using server = await startServer(() => giveUp.abort(new Error('30 s went by')));
	const answer = await lockReboot({url: server.url, group: 'a'}, {id, signal: giveUp.signal});
	assert.equal(answer, {kind: 'unreachable', text: `${server.url} does not answer: 30 s went by`});
});

test('waits no longer for an answer that stops halfway', async () => {
	const giveUp = new AbortController();
	await using server = await startServer((_, response) => {
		response.writeHead(409);
		response.write('{"kind":', () => giveUp.abort(new Error('30 s went by')));
	});
	const answer = await lockReboot({url: server.url, group: 'a'}, {id, signal: giveUp.signal});
	assert.equal(answer, {kind: 'unreachable', text: `${server.url} does not answer: 30 s went by`});
});

test.run();
