import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type Answers, type ContentSource, noAnswers} from '../../../installer/answers/answers.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {contentOf, readContents} from '../../../installer/bootstrap/source-contents.ts';

const test = suite('contents that answers name');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-contents-'));
test.after(() => rmSync(folder, {recursive: true}));

function write(name: string, content: string | Buffer, mode: number): string {
	const file = path.join(folder, name);
	writeFileSync(file, content, {mode});
	return file;
}

function read(answers: Partial<Answers>, response = new Response('<html>', {status: 200})) {
	return readContents(
		{...noAnswers, ...answers},
		{
			credentials: folder,
			fetch: async () => response,
			signal: new AbortController().signal,
		},
	);
}
const withPolicy = (policy: ContentSource): Partial<Answers> => ({
	registry: {...noAnswers.registry, policy},
});
const url = (sha256: string) =>
	({
		kind: 'url',
		url: 'https://user:PLANTED@config.example.com/policy?token=PLANTED',
		sha256,
	}) as const;

test('are read as bytes, those of the answers themselves too', async () => {
	const bytes = Buffer.from([0, 255, 10]);
	const auth = {kind: 'file', path: write('auth', bytes, 0o600)} as const;
	const credential = {kind: 'credential', name: 'auth'} as const;
	const inline = {kind: 'inline', secret: new Secret('x')} as const;
	const {contents, problems, careless} = await read({
		registry: {...noAnswers.registry, auth},
		credentials: new Map<string, typeof credential | typeof inline>([
			['a', credential],
			['b', inline],
		]),
	});
	assert.equal([problems, careless], [[], []]);
	for (const source of [auth, credential])
		assert.equal(contentOf(source, contents).revealBytes(), bytes);
	assert.is(contentOf(inline, contents).reveal(), 'x');
	assert.is(contentOf({kind: 'text', text: 'y'}, contents).reveal(), 'y');
});

test('point out a secret that everybody can read, and no file that is none', async () => {
	const open = write('open', '{}', 0o644);
	const file = {kind: 'file', path: open} as const;
	const {careless} = await read({
		registry: {...noAnswers.registry, auth: {...file}, policy: {...file}},
	});
	assert.equal(careless, [open]);
});

test('are fetched, and compared with what was said of them', async () => {
	const sha256 = createHash('sha256').update('{}').digest('hex');
	const source = url(sha256.toUpperCase());
	const {contents, problems} = await read(withPolicy(source), new Response('{}'));
	assert.equal(problems, []);
	assert.is(contentOf(source, contents).reveal(), '{}');
});

for (const [what, policy, response, message] of [
	[
		'a file that is not there',
		{kind: 'file', path: '/no/such'},
		undefined,
		'/no/such cannot be read: ENOENT',
	],
	[
		'another content',
		url('00'),
		new Response('{}'),
		'https://config.example.com/policy has the SHA-256 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a, and not 00',
	],
	[
		'an error of the server',
		url('00'),
		new Response('', {status: 404}),
		'https://config.example.com/policy cannot be fetched: the server says 404',
	],
] as const)
	test(`tell ${what}, and no secret`, async () => {
		const {problems} = await read(withPolicy(policy), response);
		assert.equal(
			problems.map(({message: said}) => said),
			[message],
		);
	});

test('are asked for with the password in the URL, by a header', async () => {
	const asked: unknown[] = [];
	const get: typeof fetch = async (address, options) => {
		asked.push(address, options?.headers);
		return new Response('{}');
	};
	const {signal} = new AbortController();
	const answers = {...noAnswers, ...withPolicy(url('00'))};
	await readContents(answers, {credentials: undefined, fetch: get, signal});
	assert.equal(asked, [
		'https://config.example.com/policy?token=PLANTED',
		{authorization: `Basic ${Buffer.from('user:PLANTED').toString('base64')}`},
	]);
});

test('tell all at once', async () => {
	const {problems} = await read({
		credentials: new Map([
			['a', {kind: 'credential', name: '../open'} as const],
			['b', {kind: 'credential', name: 'missing'} as const],
		]),
	});
	assert.equal(
		problems.map(({message}) => message),
		[
			'the credential "../open" cannot be read: this process was given none of that name',
			'the credential "missing" cannot be read: ENOENT',
		],
	);
});

test.run();
