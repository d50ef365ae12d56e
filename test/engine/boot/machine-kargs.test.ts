import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseKernelArgumentFile} from '../../../engine/boot/kargs-file.ts';
import {
	formatOwnArgumentsFile,
	ownArgumentsFile,
	readMachineArgumentFiles,
	writeOwnArgumentsFile,
} from '../../../engine/boot/machine-kargs.ts';
import {writeFile} from '../deployment/made-machine.ts';
import {ownFile, siteFile} from './argument-sources.ts';

const test = suite<{root: string}>("machine's files of kernel arguments");

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'etc-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

test('are read in their order, and nothing else beside them', async ({root}) => {
	assert.equal(await readMachineArgumentFiles(root), []);
	writeFile(path.join(root, ownFile), 'kargs = ["own"]');
	writeFile(path.join(root, siteFile), 'kargs = ["site"]');
	writeFile(path.join(root, `${siteFile}.off`), 'kargs = [');
	writeFile(path.join(root, `${ownFile}.slipway-new`), 'kargs = [');
	assert.equal(await readMachineArgumentFiles(root), [
		{path: siteFile, text: 'kargs = ["site"]'},
		{path: ownFile, text: 'kargs = ["own"]'},
	]);
});

test('are one of slipway and any of others', async ({root}) => {
	assert.is(ownArgumentsFile, ownFile);
	await writeOwnArgumentsFile(undefined, root);
	assert.equal(existsSync(path.join(root, 'etc')), false);
	await writeOwnArgumentsFile('kargs = []\n', root);
	assert.is(readFileSync(path.join(root, ownFile), 'utf8'), 'kargs = []\n');
	writeFile(path.join(root, siteFile), '');
	await writeOwnArgumentsFile(undefined, root);
	assert.equal(readdirSync(path.join(root, 'etc/slipway/kargs.d')), ['10-site.toml']);
});

test('look like files that a person would write', () => {
	assert.is(
		formatOwnArgumentsFile({add: ['quiet', 'dyndbg="file a\\b +p"'], remove: ['splash']}),
		`# Written by slipway kargs; arguments of your own go into another file beside it.
remove = [
	"splash",
]
kargs = [
	"quiet",
	"dyndbg=\\"file a\\\\b +p\\"",
]
`,
	);
	assert.is(formatOwnArgumentsFile({add: [], remove: []}), undefined);
});

test('are read back as they were written', () => {
	const settings = {add: ['größe="a b"', "it's", 'a\\u0041'], remove: ['b']};
	const text = formatOwnArgumentsFile(settings) ?? '';
	assert.equal(parseKernelArgumentFile({path: ownFile, text}, 'machine', 'x86_64'), {
		source: ownFile,
		...settings,
	});
});

test.run();
