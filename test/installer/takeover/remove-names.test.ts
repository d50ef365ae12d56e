import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {namesBlocked, removeNames} from '../../../installer/takeover/remove-names.ts';

const test = suite('removal of names');

test('touches no flags where nothing stands in the way', async () => {
	const root = mkdtempSync(path.join(tmpdir(), 'remove-names-'));
	try {
		for (const name of ['etc', 'usr']) {
			mkdirSync(path.join(root, name));
			writeFileSync(path.join(root, name, 'file'), 'x');
		}
		const system = fakeSystem();
		const {files, left} = await removeNames(system, root, ['etc', 'gone']);
		assert.equal([files, left, readdirSync(root)], [1, [], ['usr']]);
		assert.equal(system.commandLines(), []);
	} finally {
		rmSync(root, {recursive: true});
	}
});

test('knows where files are that must not change', () => {
	const left = [
		'/physical/etc/resolv.conf: EPERM',
		'/physical/etc/hosts: EPERM',
		'/physical/swapfile: EPERM',
		'/physical/var/a: it is another file system',
		'/physical/boot: EBUSY',
	];
	assert.equal(namesBlocked('/physical', left), ['etc', 'swapfile']);
});

test.run();
