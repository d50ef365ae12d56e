import {createHash} from 'node:crypto';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {makeBuiltinsLazy} from '../../image/build/lazy-builtins.ts';

const test = suite('imports of modules of Node');

for (const [statement, expected] of [
	['import fs from"node:fs";', 'const fs=process.getBuiltinModule("node:fs");'],
	['import*as path2 from"path";', 'const path2=process.getBuiltinModule("path");'],
	[
		'import{readFile,open as open2}from"node:fs/promises";',
		'const {readFile,open:open2}=process.getBuiltinModule("node:fs/promises");',
	],
	[
		'import { a as $b, c } from "node:util";',
		'const {a:$b,c}=process.getBuiltinModule("node:util");',
	],
	[
		'import tty,{isatty,default as again}from"node:tty";',
		'const tty=process.getBuiltinModule("node:tty"),again=process.getBuiltinModule("node:tty"),{isatty}=process.getBuiltinModule("node:tty");',
	],
	[
		'import{hash as hash2,Hash}from"node:crypto";',
		'const hash2=(...given)=>process.getBuiltinModule("node:crypto").hash(...given),{Hash}=process.getBuiltinModule("node:crypto");',
	],
	['import"node:inspector";', 'process.getBuiltinModule("node:inspector");'],
] as const)
	test(`ask for what they use: ${statement}`, () => {
		assert.is(makeBuiltinsLazy(statement), expected);
		assert.is(makeBuiltinsLazy(`var a=1;${statement}f();`), `var a=1;${expected}f();`);
	});

test('stay where another module is meant, or none is imported', () => {
	for (const code of [
		'import{a}from"./chunk.js";import"./other.js";import b from"fs-extra";',
		'await import("node:fs");const text="import is a word";',
		'export{a}from"./a.js";',
	])
		assert.is(makeBuiltinsLazy(code), code);
});

test('give what an import gives', async () => {
	const code = makeBuiltinsLazy(
		'import fs,{readFileSync as read}from"node:fs";import*as all from"node:path";import{hash}from"node:crypto";export const found=[fs.readFileSync===read,typeof all.join,all.posix===all,hash("sha1","")];',
	);
	const {found} = await import(`data:text/javascript,${encodeURIComponent(code)}`);
	assert.equal(found, [true, 'function', true, createHash('sha1').digest('hex')]);
});

test.run();
