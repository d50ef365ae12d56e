import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import type {TarEntry} from '../../../engine/tar/entry.ts';
import {TarReader} from '../../../engine/tar/reader.ts';
import {fuzzRounds, mutate, seededRandom} from '../../seeded.ts';
import {rawHeader, rawPax, rawTar, record} from './raw-header.ts';

const test = suite('tar reader, damaged input');

const seeds = [
	rawTar(
		rawHeader({name: 'usr/', typeflag: '5', mode: '0000755'}),
		rawHeader({name: 'usr/file', size: '00000001001', mtime: '14524762210'}),
		'c'.repeat(0o1001),
		rawHeader({name: 'usr/link', typeflag: '1', link: 'usr/file'}),
		rawHeader({name: 'usr/sym', typeflag: '2', link: '../x'}),
		rawHeader({name: 'null', typeflag: '3', devMajor: '0000001', devMinor: '0000003'}),
	),
	rawTar(
		...rawPax(
			record('path', `a/${'long'.repeat(40)}`) +
				record('mtime', '-1.5') +
				record('size', '3') +
				record('SCHILY.xattr.security.capability', '\x01\0\0\x02\xff\xfe'),
		),
		rawHeader({}),
		'abc',
		...rawPax(record('path', 'ignored'), 'g'),
		rawHeader({name: 'after', prefix: 'some/prefix', size: '\x80\0\0\0\0\0\0\0\0\0\0\x02'}),
		'xy',
	),
	rawTar(
		rawHeader({name: '././@LongLink', typeflag: 'L', size: '00000000215', magic: 'ustar  \0'}),
		`${'g'.repeat(140)}\0`,
		rawHeader({magic: 'ustar  \0', size: '00000000001'}),
		'z',
	),
];

/** Corrects all checksums, so that damage to other fields gets past the first check. */
function withChecksums(bytes: Buffer): Buffer {
	for (let at = 0; at + 512 <= bytes.length; at += 512) {
		const block = bytes.subarray(at, at + 512);
		if (block[0] === 0 || block.toString('latin1', 257, 262) !== 'ustar') continue;
		block.fill(0x20, 148, 156);
		const sum = block.reduce((total, byte) => total + byte, 0);
		block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
	}
	return bytes;
}

function assertSound(entry: TarEntry): void {
	assert.not.match(entry.path, /(^|\/)(\.\.?)?(\/|$)(?<!^)|\0/);
	assert.ok(entry.size >= 0 && entry.mode <= 0o7777 && entry.uid >= 0 && entry.gid >= 0);
	assert.ok(entry.mtimeNsec >= 0 && entry.mtimeNsec < 1e9 && Number.isSafeInteger(entry.mtimeSec));
}

async function read(bytes: Buffer, chunkSize: number): Promise<string> {
	const log: string[] = [];
	let contentBytes = 0;
	const reader = new TarReader((entry) => {
		assertSound(entry);
		log.push(`${entry.type} ${entry.path} ${entry.size} ${entry.linkTarget}`);
		return {
			write: (chunk) => {
				contentBytes += chunk.length;
			},
			end: () => log.push(String(contentBytes)),
		};
	});
	try {
		for (let at = 0; at < bytes.length; at += chunkSize)
			await reader.write(bytes.subarray(at, at + chunkSize));
		reader.end();
	} catch (error) {
		if (!(error instanceof DamagedInput)) throw error;
		log.push(error.message);
	}
	assert.ok(contentBytes <= bytes.length);
	return log.join('\n');
}

test('gives a clean error or sound entries, the same however the input is cut', async () => {
	const rounds = fuzzRounds(3000);
	const outcomes = new Set<string>();
	const before = process.memoryUsage().rss;
	for (let seed = 0; seed < rounds; seed++) {
		const random = seededRandom(seed);
		const damaged = mutate(random.pick(seeds), random);
		const bytes = random.below(4) === 0 ? damaged : withChecksums(damaged);
		const whole = await read(bytes, bytes.length || 1);
		const cut = await read(bytes, random.between(1, 700));
		if (whole !== cut) assert.is(cut, whole, `seed ${seed}`);
		if (outcomes.size < 2000) outcomes.add(whole);
	}
	assert.ok(outcomes.size > 300, `only ${outcomes.size} different outcomes`);
	assert.ok(process.memoryUsage().rss - before < 200 << 20, 'memory grew by over 200 MiB');
});

test.run();
