import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {kickstartIncludes} from '../../../installer/kickstart/kickstart-includes.ts';

const test = suite('files that kickstarts include');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-include-'));
test.after(() => rmSync(folder, {recursive: true}));

const asked: string[] = [];
const read = kickstartIncludes({
	fetch: async (url) => {
		asked.push(String(url));
		if (String(url).includes('down')) throw new TypeError('fetch failed');
		return String(url).includes('gone')
			? new Response('no', {status: 404})
			: new Response('lang C\n');
	},
	signal: new AbortController().signal,
});

test('lie beside the file that names them, or where they say', async () => {
	writeFileSync(path.join(folder, 'disk.ks'), 'autopart\n');
	assert.is(await read('disk.ks', path.join(folder, 'site.ks')), 'autopart\n');
	assert.is(await read(path.join(folder, 'disk.ks'), '-'), 'autopart\n');
	assert.is(await read(path.join(folder, 'disk.ks'), 'https://example.com/site.ks'), 'autopart\n');
	assert.is(await read('other.ks', path.join(folder, 'site.ks')), undefined);
	assert.is(await read('.', path.join(folder, 'site.ks')), undefined);
	assert.is(await read('disk.ks', 'https://example.com/site.ks'), undefined);
	assert.equal(asked, []);
});

test('come by TLS alone', async () => {
	assert.is(await read('https://example.com/a.ks', 'site.ks'), 'lang C\n');
	assert.is(await read('https://example.com/gone.ks', 'site.ks'), undefined);
	assert.is(await read('https://example.com/down.ks', 'site.ks'), undefined);
	asked.length = 0;
	for (const url of ['http://example.com/a.ks', 'nfs://example.com/a.ks', 'ftp://example.com/a'])
		assert.is(await read(url, 'site.ks'), undefined);
	assert.equal(asked, []);
});

test.run();
