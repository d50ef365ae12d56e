import {glob, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {build, type Plugin} from 'esbuild';
import {makeBuiltinsLazy} from './lazy-builtins.ts';

/** Threads start from a file of their own, which the bundle has to keep. */
const workerFiles = '{engine,installer}/**/*-worker.ts';

/**
 * Bundles the program into a flat folder of modules: `main.js`, one for each worker, and chunks that
 * are loaded when a command needs them. Another program than slipway's own can be named by its file.
 * @returns the source files that went in, relative to the project
 */
export async function bundleJavaScript(
	project: string,
	outputFolder: string,
	program = 'ui/cli/main.ts',
): Promise<string[]> {
	const workers = await Array.fromAsync(glob(workerFiles, {cwd: project}));
	const {metafile, outputFiles} = await build({
		absWorkingDir: project,
		entryPoints: Object.fromEntries(
			[program, ...workers.sort()].map((file) => [path.basename(file, '.ts'), file]),
		),
		outdir: outputFolder,
		entryNames: '[name]',
		chunkNames: 'chunk-[hash]',
		bundle: true,
		splitting: true,
		platform: 'node',
		format: 'esm',
		target: 'node26',
		// Not identifiers: errors are named by their classes.
		minifySyntax: true,
		minifyWhitespace: true,
		plugins: [withoutDevtools],
		define: {'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"'},
		legalComments: 'none',
		metafile: true,
		write: false,
		logLevel: 'warning',
	});
	await mkdir(outputFolder, {recursive: true});
	for (const {path: file, text} of outputFiles)
		await writeFile(file, withRequire(makeBuiltinsLazy(text)));
	await writeFile(path.join(outputFolder, 'package.json'), '{"type":"module"}\n');
	return Object.keys(metafile.inputs)
		.filter((file) => !file.startsWith('none:'))
		.sort();
}

/**
 * Packages written for CommonJS call `require`. koffi looks for its addon at
 * `${process.resourcesPath}/koffi/linux_ARCH/koffi.node`.
 */
const commonJs = `const require=process.getBuiltinModule("node:module").createRequire(import.meta.url);
process.resourcesPath??=import.meta.dirname;
`;

/** Where nothing calls it, making one is as much work as the rest of a small module. */
function withRequire(code: string): string {
	if (!/\btypeof require\b|\brequire\(|\bresourcesPath\b/.test(code)) return code;
	const start = code.startsWith('#!') ? code.indexOf('\n') + 1 : 0;
	return code.slice(0, start) + commonJs + code.slice(start);
}

/** Of ink, for those who develop it; it is not installed, and an import of it would have to be there at the start. */
const withoutDevtools: Plugin = {
	name: 'without-devtools',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^react-devtools-core$/}, ({path: name}) => ({
			path: name,
			namespace: 'none',
		}));
		onLoad({filter: /^/, namespace: 'none'}, () => ({contents: 'export default undefined'}));
	},
};
